// What a comparison shows, in sentences made of its figures: when one thread is enough, and when it is not. Pure. It must say
// nothing that the figures do not say.

import { formatCount } from '../report/format-numbers.ts';
import type { WayName } from './compare-plan.ts';
import { formatMegabytes, formatSeconds, formatTimes } from './compare-table.ts';
import type { ComparedSettings, ComparedWay } from './comparison.ts';
import { madeOf } from './way-layout.ts';

/** Of one core: from here on it is the CPU that takes the time. */
const busyShare = 0.7;
/** As many times as waiting for answers, of which so many come at once, and the work on all of them take: what is longer has another cause. */
const muchLonger = 1.5;
/** As many times as fast, to be called faster: less comes and goes with the weather on a machine. */
const faster = 1.2;

/** Nothing is concluded from requests that failed, nor from a single one. */
export function conclusions(ways: readonly ComparedWay[], { workMs }: Pick<ComparedSettings, 'workMs'>): string[] {
  if (ways.some(({ failed }) => failed > 0)) return [];
  const found = new Map<WayName, ComparedWay>(ways.map((way) => [way.name, way]));
  const tasks = found.get('tasks');
  if (tasks === undefined || tasks.layout.atOnce === 1) return [];
  const inTurn = found.get('in-turn');
  const threads = found.get('threads');
  const spread = found.get('tasks-in-processes');
  return [
    ...(inTurn === undefined ? [] : [aboutWaiting(inTurn, tasks)]),
    ...(threads === undefined || threads.peakBytes < faster * tasks.peakBytes ? [] : [aboutMemory(threads, tasks)]),
    ...(spread === undefined ? [] : [aboutProcesses(spread, tasks, workMs === 0, isHeldUp(inTurn, tasks))]),
  ];
}

function aboutWaiting(inTurn: ComparedWay, tasks: ComparedWay): string {
  const worked = `In turn it took ${formatSeconds(inTurn.elapsedMs)}, of which the CPU worked for ${formatSeconds(inTurn.cpuMs)}`;
  const many = `${formatCount(tasks.layout.atOnce)} tasks on one thread wait at the same time`;
  const took = formatSeconds(tasks.elapsedMs);
  if (tasks.busy >= busyShare) return `${worked}. ${many}, but work one after another: ${took}.`;
  const rounds = roundsOf(tasks);
  const answers = rounds === 1 ? 'one answer' : `${formatCount(rounds)} answers in turn`;
  const odd = isHeldUp(inTurn, tasks)
    ? `, longer than ${answers} and their work: the service or this machine was busy`
    : '';
  return `${worked}: the rest was waiting. ${many}: ${took}${odd}.`;
}

function isHeldUp(inTurn: ComparedWay | undefined, tasks: ComparedWay): boolean {
  if (inTurn === undefined) return false;
  const answerMs = inTurn.elapsedMs / inTurn.answered;
  return tasks.elapsedMs > muchLonger * (roundsOf(tasks) * answerMs + tasks.cpuMs);
}

/** How many answers each of the tasks that are at once waits for, one after another. */
function roundsOf({ answered, layout }: ComparedWay): number {
  return Math.ceil(answered / layout.atOnce);
}

function aboutMemory(threads: ComparedWay, tasks: ComparedWay): string {
  const { atOnce } = threads.layout;
  return `${formatCount(atOnce)} threads wait for ${formatCount(atOnce)} answers at once, and took ${formatMegabytes(threads.peakBytes)} of memory; tasks took ${formatMegabytes(tasks.peakBytes)}.`;
}

function aboutProcesses(spread: ComparedWay, tasks: ComparedWay, mayTryWork: boolean, heldUp: boolean): string {
  const times = tasks.elapsedMs / spread.elapsedMs;
  const begin = `Tasks in ${madeOf(spread.layout)} took ${formatSeconds(spread.elapsedMs)}`;
  const starting = `and ${formatSeconds(spread.startMs ?? 0)} to start`;
  const isBusy = tasks.busy >= busyShare;
  if (times >= faster) {
    const reason = isBusy ? `: the one thread was busy, and several work at the same time` : '';
    return `${begin}, ${formatTimes(times)} as fast, ${starting}${reason}.`;
  }
  if (isBusy) return `${begin}, ${starting}: the one thread was busy, but more processes found no more CPU.`;
  if (heldUp) return `${begin}, ${starting}.`;
  const tryIt = mayTryWork ? ' (try --work 20ms)' : '';
  return `${begin}, ${starting}: more processes pay when the CPU, not the waiting, is what takes the time${tryIt}.`;
}
