// Whatever takes how long, fails, is slow to give or to take: what a map over a source keeps to, on a fake clock.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { mapOrdered } from './map-ordered.ts';
import type { ItemContext } from './sources/item-context.ts';
import type { MapStream } from './sources/map-stream.ts';
import { mapUnordered } from './map-unordered.ts';
import { sleep } from './sleep.ts';

interface Plan {
  readonly limit: number;
  /** How long the work on each item takes; `fails`: it throws then. */
  readonly items: readonly { readonly ms: number; readonly fails: boolean }[];
  /** Between items; null: the source is synchronous. */
  readonly sourceMs: number | null;
  readonly sourceFails: boolean;
  /** Between results taken. */
  readonly takerMs: number;
  /** Leaves after so many results; null: takes all. */
  readonly leavesAfter: number | null;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  limit: fc.integer({ min: 1, max: 5 }),
  items: fc.array(
    fc.record({
      ms: fc.integer({ min: -1, max: 6 }), // below 0: at once
      fails: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { maxLength: 25 },
  ),
  sourceMs: fc.option(fc.nat(3)),
  sourceFails: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  takerMs: fc.nat(4),
  leavesAfter: fc.option(fc.nat(10), { freq: 3 }),
});

/** One map, run to its end, and watched. */
class WatchedMap {
  readonly clock = new FakeClock();
  readonly plan: Plan;
  readonly taken: number[] = [];
  error: unknown = null;
  pulled = 0;
  running = 0;
  mostRunning = 0;
  mostAhead = 0;
  closed = 0;
  exhausted = false;
  runningWhenClosed = 0;
  wrongIndexes = 0;
  isOver = false;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  source(): Iterable<number> | AsyncIterable<number> {
    const close = (): IteratorResult<number> => {
      this.closed++;
      this.runningWhenClosed = this.running;
      return { done: true, value: undefined };
    };
    if (this.plan.sourceMs === null) return { [Symbol.iterator]: () => ({ next: () => this.#step(), return: close }) };
    const next = async (): Promise<IteratorResult<number>> => {
      await sleep(this.plan.sourceMs ?? 0, { clock: this.clock });
      return this.#step();
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: async () => close() }) };
  }

  #step(): IteratorResult<number> {
    if (this.pulled === this.plan.items.length) {
      this.exhausted = true;
      if (this.plan.sourceFails) throw new Error('source');
      return { done: true, value: undefined };
    }
    const value = this.pulled++;
    this.mostAhead = Math.max(this.mostAhead, this.pulled - this.taken.length);
    return { done: false, value };
  }

  readonly work = async (n: number, { index, signal }: ItemContext): Promise<number> => {
    if (index !== n) this.wrongIndexes++;
    const { ms, fails } = this.plan.items[n] ?? { ms: 0, fails: false };
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      if (ms >= 0) await sleep(ms, { signal, clock: this.clock });
      if (fails) throw new Error(`item ${n}`);
      return n;
    } finally {
      this.running--;
    }
  };

  async take(stream: MapStream<number>): Promise<void> {
    try {
      for await (const n of stream) {
        this.taken.push(n);
        if (this.taken.length === this.plan.leavesAfter) break;
        await sleep(this.plan.takerMs, { clock: this.clock });
      }
    } catch (error) {
      this.error = error;
    }
  }

  /** Moves the clock until all is over. */
  async run(map: typeof mapOrdered): Promise<void> {
    const { limit } = this.plan;
    const all = this.take(map(this.source(), this.work, { limit, clock: this.clock })).then(() => (this.isOver = true));
    for (let n = 0; n < 2000 && !this.isOver; n++) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (this.clock.pending > 0) this.clock.advance(this.clock.nextMs - this.clock.now());
    }
    if (this.isOver) await all;
  }
}

/** One word for each law that was broken. */
function brokenLaws(seen: WatchedMap): string[] {
  const { limit, items, leavesAfter, sourceMs, sourceFails } = seen.plan;
  const { taken, error, exhausted } = seen;
  const failing = items.flatMap(({ fails }, n) => (fails ? [`item ${n}`] : []));
  const mayFail = sourceFails ? [...failing, 'source'] : failing;
  const errors = error instanceof AggregateError ? error.errors : error === null ? [] : [error];
  const tookAll = error === null && leavesAfter === null;
  // What may be left is a source that was asked for an item and has not given it.
  const timersLeft = sourceMs === null || exhausted ? 0 : 1;
  const laws = {
    ends: seen.isOver,
    'keeps the limit': seen.mostRunning <= limit,
    // One more: what has been handed over, and has not reached its taker.
    'pulls as it has room': seen.mostAhead <= 2 * limit + 1,
    'counts the items': seen.wrongIndexes === 0,
    'gives each once': new Set(taken).size === taken.length,
    'gives only what was done': taken.every((n) => items[n]?.fails === false),
    'gives all': !tookAll || taken.length === items.length,
    'leaves nothing': seen.running === 0 && seen.clock.pending <= timersLeft,
    'closes the source after the work': seen.runningWhenClosed === 0,
    // One that is asked for an item while it is closed may come to its end after that.
    'closes the source once': exhausted ? seen.closed <= (sourceMs === null ? 0 : 1) : seen.closed === 1,
    'tells failures': mayFail.length === 0 || leavesAfter !== null || error !== null,
    'tells only failures': errors.every((each) => mayFail.includes((each as Error).message)),
  };
  return Object.entries(laws).flatMap(([law, holds]) => (holds ? [] : [law]));
}

test('a map in order gives results in the order of the items, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const seen = new WatchedMap(plan);
      await seen.run(mapOrdered);
      expect(brokenLaws(seen)).toEqual([]);
      expect(seen.taken).toEqual(seen.taken.map((_, n) => n));
    }),
    { numRuns: 300 },
  );
});

test('a map without order gives results as they are made, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const seen = new WatchedMap(plan);
      await seen.run(mapUnordered);
      expect(brokenLaws(seen)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
