// The process of one way: it makes the workers, warms them up, and then measures until the last answer is in. A process of
// its own, so that no way has the memory or the compiled code of another. It shows nothing, and ends with its parent.

import { systemClock } from '../concurrency/clock.ts';
import { packError } from '../executors/packed-error.ts';
import type { FromWay, WayOrder } from './compare-messages.ts';
import { addTallies, type ComparePlan, emptyTally, type WayFigures, type WayName } from './compare-plan.ts';
import { resourceUse, type ResourceUse } from './resource-use.ts';
import { openInTurn } from './ways/in-turn.ts';
import type { OpenWay } from './ways/open-way.ts';
import { PoolWay } from './ways/pool-way.ts';
import { openTasks } from './ways/tasks.ts';

const ways: Readonly<Record<WayName, (plan: ComparePlan) => OpenWay | Promise<OpenWay>>> = {
  'in-turn': openInTurn,
  threads: (plan) => PoolWay.open('threads', plan),
  processes: (plan) => PoolWay.open('processes', plan),
  tasks: openTasks,
  'tasks-in-processes': (plan) => PoolWay.open('tasks-in-processes', plan),
};

const progressMs = 100;

function say(message: FromWay): void {
  process.send?.(message);
}

async function measure({ name, plan }: WayOrder): Promise<WayFigures> {
  const openMs = systemClock.now();
  const way = await ways[name](plan);
  const startMs = name === 'in-turn' || name === 'tasks' ? null : systemClock.now() - openMs;
  await way.warmUp();
  const before = await useOfAll(way);
  const sending = await timed(way);
  const after = await useOfAll(way);
  await way.close();
  const peakBytes = sum(after, (use) => use.peakBytes);
  return { name, startMs, ...sending, cpuMs: sum(after, cpuOf) - sum(before, cpuOf), peakBytes };
}

async function timed(way: OpenWay) {
  let tally = emptyTally;
  const beginMs = systemClock.now();
  let toldMs = beginMs;
  await way.send((more) => {
    tally = addTallies(tally, more);
    const nowMs = systemClock.now();
    if (nowMs - toldMs < progressMs) return;
    toldMs = nowMs;
    say({ kind: 'progress', settled: tally.answered + tally.failed });
  });
  return { ...tally, elapsedMs: systemClock.now() - beginMs };
}

async function useOfAll(way: OpenWay): Promise<readonly ResourceUse[]> {
  return [resourceUse(), ...(await way.useOfOthers())];
}

function cpuOf({ cpuMs }: ResourceUse): number {
  return cpuMs;
}

function sum(uses: readonly ResourceUse[], valueOf: (use: ResourceUse) => number): number {
  return uses.reduce((total, use) => total + valueOf(use), 0);
}

// Ctrl-C reaches all processes of a terminal: what follows is for the first of them to say.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.once('message', (order: WayOrder) => {
  measure(order)
    .then((figures) => say({ kind: 'figures', figures }))
    .catch((error: unknown) => say({ kind: 'broken', error: packError(error) }));
});
