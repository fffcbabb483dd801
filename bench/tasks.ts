// What a task costs above the same work as a bare promise: bytes while it works, waits and is held afterwards, and time. Both
// do the same work, and the promises that the work returns are held on both sides, so that they cancel out.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../src/concurrency/clock.ts';
import { openScope, scope } from '../src/concurrency/scope.ts';
import type { TaskContext } from '../src/concurrency/scope.ts';
import type { Figure } from './figure.ts';
import { median } from './median.ts';

const bytesGoal = 300;
const timeGoalUs = 1;
const started = Promise.resolve();

/** Bytes and microseconds of a task; `count` at once. */
export async function benchTasks(count: number, rounds: number): Promise<readonly Figure[]> {
  setFlagsFromString('--expose-gc');
  const memory = new Memory(runInNewContext('gc') as () => void, count);
  return [...(await bytesOfTask(memory)), ...(await timesOfTask(count, rounds))];
}

/** Fills lists that exist already with promises and tasks, and looks at the heap. */
class Memory {
  readonly #collect: () => void;
  readonly #promises: unknown[];
  readonly #held: unknown[];
  #next = 0;

  constructor(collect: () => void, count: number) {
    this.#collect = collect;
    this.#promises = Array.from({ length: count }, () => null);
    this.#held = Array.from({ length: count }, () => null);
  }

  /** Work that never ends. */
  readonly pending = (): Promise<void> => {
    const promise = new Promise<void>(() => undefined);
    this.#promises[this.#next++] = promise;
    return promise;
  };

  /** The same, in the manner of most: an async function that looks at its context when it goes on. */
  readonly pendingWithContext = async (context: Pick<TaskContext, 'throwIfCancelled'>): Promise<void> => {
    await this.pending();
    context.throwIfCancelled();
  };

  /** Bytes for each of what this makes. */
  async of(make: () => unknown, settled?: () => Promise<void>): Promise<number> {
    this.#promises.fill(null);
    this.#held.fill(null);
    this.#next = 0;
    const before = this.#heap();
    for (let each = 0; each < this.#held.length; each++) this.#held[each] = make();
    await (settled ?? nextTurn)();
    return (this.#heap() - before) / this.#held.length;
  }

  #heap(): number {
    // What only weak references hold is given up by the second collection.
    this.#collect();
    this.#collect();
    return process.memoryUsage().heapUsed;
  }
}

async function bytesOfTask(memory: Memory): Promise<readonly Figure[]> {
  const { pending, pendingWithContext } = memory;
  const context = { throwIfCancelled: () => undefined };
  const bare = await memory.of(pending);
  const bareWithContext = await memory.of(() => pendingWithContext(context));
  // Each in a scope of its own, and all tasks of a scope are held, though nobody will settle them.
  const atWork = openScope();
  const working = await memory.of(() => atWork.spawn(pending));
  const withContext = openScope();
  const keeping = await memory.of(() => withContext.spawn(pendingWithContext));
  const narrow = openScope({ limit: 1 });
  const waiting = await memory.of(() => narrow.spawn(pending));
  const settling = openScope();
  const held = await memory.of(
    () => settling.spawn(() => 1),
    () => settling.close(),
  );
  if ([atWork.running, withContext.running, narrow.queued].includes(0)) throw new Error('the tasks were not there');
  return [
    bytes('at work, above the promise of its work', working - bare, 'that promise has 48'),
    bytes('the same, work that keeps its context', keeping - bareWithContext, 'above the same async function'),
    bytes('waiting for its turn', waiting, 'all that there is yet'),
    bytes('settled, and held by somebody', held, 'its result not counted'),
  ];
}

function bytes(name: string, value: number, note: string): Figure {
  return { bench: 'tasks', name, value, unit: 'bytes', goal: bytesGoal, note };
}

async function timesOfTask(count: number, rounds: number): Promise<readonly Figure[]> {
  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['started.then(work), awaited by count', () => barePromises(count)],
    ['Promise.all of them', () => allPromises(count)],
    ['scope, no limit', () => tasks(count, Infinity)],
    ['scope, limit 1,000', () => tasks(count, 1000)],
    ['spawned and cancelled while waiting', () => cancelled(count)],
  ];
  const times = ways.map((): number[] => []);
  const more: number[] = [];
  for (let round = 0; round < rounds * 2 + 1; round++) {
    for (const [place, [, run]] of ways.entries()) {
      const startMs = systemClock.now();
      await run();
      times[place]?.push(((systemClock.now() - startMs) * 1000) / count);
    }
    // The first round compiles.
    if (round === 0) for (const each of times) each.pop();
    else more.push((times[2]?.at(-1) ?? 0) - (times[0]?.at(-1) ?? 0));
  }
  const note = `${count.toLocaleString('en-US')} of \`async () => n++\``;
  const figure = (name: string, values: readonly number[], goal: number | null): Figure => {
    return { bench: 'tasks', name, value: median(values), unit: 'µs', goal, note };
  };
  return [
    figure('a task, above a bare promise', more, timeGoalUs),
    ...ways.map(([name], place) => figure(name, times[place] ?? [], null)),
  ];
}

async function barePromises(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ended = 0;
  const work = async (): Promise<void> => {
    if (++ended === count) resolve();
  };
  for (let each = 0; each < count; each++) void started.then(work);
  await promise;
}

async function allPromises(count: number): Promise<void> {
  let ended = 0;
  const work = async (): Promise<number> => ended++;
  await Promise.all(Array.from({ length: count }, () => started.then(work)));
}

async function tasks(count: number, limit: number): Promise<void> {
  let ended = 0;
  const work = async (): Promise<number> => ended++;
  await scope(
    (s) => {
      for (let each = 0; each < count; each++) s.spawn(work);
    },
    { limit },
  );
}

async function cancelled(count: number): Promise<void> {
  await scope(
    (s) => {
      for (let each = 0; each < count; each++) s.spawn(() => undefined);
      s.cancel();
    },
    { limit: 1 },
  );
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
