// What came of a scenario, in numbers with names. Which ones are right is for the scenario to say.

import type { TracePoint } from './physics-bench.ts';
import { PhysicsBench } from './physics-bench.ts';
import { fixedLimit, runLoop } from './physics-loop.ts';
import { courseAt } from './physics-model.ts';
import type { ServerModel } from './physics-model.ts';
import { originsOf } from './physics-scenario.ts';
import type { Scenario } from './physics-scenario.ts';

/** Records that have been answered when the search must be over, and before the run runs out. */
const fromShare = 0.1;
const toShare = 0.95;
const latencyFromShare = 0.8;
/** A fixed limit is judged by so many round trips, or records. */
const fixedRounds = 20;
const fixedRecords = 2000;

/** What is measured; what does not apply is absent. */
export type Measures = Readonly<Record<string, number>>;

/** Runs a scenario and measures it. */
export async function measure(scenario: Scenario): Promise<{ measures: Measures; trace: readonly TracePoint[] }> {
  const bench = new PhysicsBench(scenario);
  const elapsedMs = await bench.run();
  const { trace } = bench;
  const measures: Record<string, number> = { elapsedMs, ...countResults(bench), ...countAttempts(bench) };
  const models = Object.entries(originsOf(scenario));
  const [first] = models;
  if (first === undefined) throw new Error(`${scenario.name} has no origin`);
  const [origin, model] = first;
  const own = trace.filter((point) => point.origin === origin);
  const answered = own.filter(({ end }) => end.outcome === 'success');
  const steady = share(answered, fromShare, toShare);
  measures['rate'] = rateOf(times(steady)) * 1000;
  if (scenario.fixed !== undefined) measures['throughput'] = rateOf(times(steady)) / bestFixed(model, scenario.fixed);
  const last = share(answered, latencyFromShare, toShare);
  const unloadedMs = courseAt(model.baseMs, elapsedMs);
  measures['endLatency'] = mean(last.map(({ end }) => end.ms)) / unloadedMs;
  measures['lowestLimit'] = lowest(steady.map(({ limit }) => limit));
  measures['highestLimit'] = -lowest(steady.map(({ limit }) => -limit));
  measures['endLimit'] = mean(last.map(({ limit }) => limit));
  for (const [name] of models.slice(0, 3)) {
    measures[`done ${name}`] = trace.findLast((point) => point.origin === name)?.atMs ?? 0;
  }
  Object.assign(measures, measureOutage(models, trace));
  return { measures, trace };
}

function countResults({ recorder }: PhysicsBench): Measures {
  let ok = 0;
  let mostAttempts = 0;
  for (const { result, attempts } of recorder.results.values()) {
    if (result === 'ok') ok++;
    mostAttempts = Math.max(mostAttempts, attempts);
  }
  return { ok, notOk: recorder.results.size - ok, mostAttempts };
}

function countAttempts({ origins, server, trace }: PhysicsBench): Measures {
  let refused = 0;
  let received = 0;
  for (const origin of origins) {
    refused += server.counts(origin).refused;
    received += server.counts(origin).received;
  }
  return { attempts: trace.length, refusedShare: refused / received };
}

/** Attempts that ended while their origin was down, and how soon after the work went on. */
function measureOutage(models: readonly [string, ServerModel][], trace: readonly TracePoint[]): Measures {
  const [down] = models.flatMap(([name, { outage }]) => (outage === undefined ? [] : [{ name, ...outage }]));
  if (down === undefined) return {};
  const own = trace.filter(({ origin }) => origin === down.name);
  const during = own.filter(({ atMs, end }) => atMs >= down.fromMs && atMs < down.untilMs && end.outcome !== 'success');
  const back = own.find(({ atMs, end }) => atMs >= down.untilMs && end.outcome === 'success');
  return { failedInOutage: during.length, backAfterMs: (back?.atMs ?? Infinity) - down.untilMs };
}

/** Answers a millisecond at the best of some fixed limits. */
function bestFixed(model: ServerModel, limits: readonly number[]): number {
  let best = 0;
  for (const limit of limits) {
    const records = Math.max(fixedRecords, limit * fixedRounds);
    const ends: number[] = [];
    runLoop(model, fixedLimit(limit), records, (end, _inFlight, nowMs) => {
      if (end.outcome === 'success') ends.push(nowMs);
    });
    best = Math.max(best, rateOf(share(ends, fromShare, toShare - limit / records)));
  }
  return best;
}

function share<T>(list: readonly T[], from: number, to: number): T[] {
  return list.slice(Math.floor(list.length * from), Math.floor(list.length * to));
}

function times(points: readonly TracePoint[]): number[] {
  return points.map(({ atMs }) => atMs);
}

/** How many a millisecond. What came at the very first moment does not count: it took the time before. */
function rateOf(timesMs: readonly number[]): number {
  const firstMs = timesMs[0] ?? 0;
  const lastMs = timesMs.at(-1) ?? 0;
  // And of the last moment all or none count.
  const between = timesMs.filter((atMs) => atMs > firstMs && atMs < lastMs);
  return between.length / ((between.at(-1) ?? 0) - firstMs);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

/** One sentence for each measure that lies outside its range, or was not measured at all. */
export function outOfRange(measures: Measures, expected: Scenario['expect']): string[] {
  return Object.entries(expected).flatMap(([name, [low, high]]) => {
    const value = measures[name];
    if (value !== undefined && value >= low && value <= high) return [];
    return [`${name} is ${value ?? 'not measured'}, and should be from ${low} to ${high}`];
  });
}
