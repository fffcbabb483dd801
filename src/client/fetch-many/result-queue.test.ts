// The queue in any order of events: results that are settled, callbacks that end, a caller that takes, an end.

import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sampleOk } from '../../testing/sample-result.ts';
import { OpenItems } from './open-items.ts';
import { ResultCallbacks } from './result-callbacks.ts';
import { ResultQueue } from './result-queue.ts';

const most = 3;

/** A queue, a caller that asks for one result at a time, and callbacks that end when they are told. */
class Bench {
  readonly taken: number[] = [];
  readonly handling: (() => void)[] = [];
  woken = 0;
  overs = 0;
  ended = false;
  settled = 0;
  readonly queue: ResultQueue;
  #asking = false;

  constructor(ordered: boolean) {
    const onResult = ({ index }: { index: number }): unknown =>
      index % 3 === 0 ? undefined : new Promise<void>((resolve) => this.handling.push(resolve));
    this.queue = new ResultQueue({
      ordered,
      most,
      callbacks: new ResultCallbacks({ onResult }),
      items: new OpenItems(),
      onRoom: () => this.woken++,
      onResult: () => undefined,
      onFailure: () => undefined,
      onOver: () => this.overs++,
    });
  }

  get hasNoRoom(): boolean {
    return this.queue.isCongested || this.queue.isFull;
  }

  take(): void {
    if (this.#asking) return;
    this.#asking = true;
    void this.#takeOne();
  }

  async #takeOne(): Promise<void> {
    const { done, value } = await this.queue.next();
    this.#asking = false;
    if (done === true) this.ended = true;
    else this.taken.push(value.index);
  }

  settle(index: number): void {
    this.settled++;
    this.queue.settle(sampleOk({ index }));
  }

  endOne(nth: number): void {
    this.handling.splice(nth % this.handling.length, 1)[0]?.();
  }
}

const steps = fc.array(
  fc.oneof({ weight: 1, arbitrary: fc.constant('take' as const) }, { weight: 3, arbitrary: fc.nat({ max: 8 }) }),
  { minLength: 40, maxLength: 120 },
);
/** Some are late, by a few places. */
const order = fc
  .array(fc.nat({ max: 6 }), { minLength: 20, maxLength: 20 })
  .map((late) => late.map((by, index) => ({ at: index + by, index })).toSorted((one, other) => one.at - other.at))
  .map((places) => places.map(({ index }) => index));

test('each result is given once, in order if wanted, room is told of, and the end comes last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), order, steps, async (ordered, indexes, script) => {
      const bench = new Bench(ordered);
      const left = [...indexes];
      for (const step of script) {
        const { hasNoRoom: hadNoRoom, woken } = bench;
        if (step === 'take') bench.take();
        else if (step < 4) bench.endOne(step);
        // The engine settles what was in flight, whether there is room or not.
        else if (left.length > 0) bench.settle(left.shift() ?? 0);
        await turn();
        const isSettling = step !== 'take' && step >= 4;
        const wasToTell = hadNoRoom && !bench.hasNoRoom && !isSettling;
        expect(bench.woken).toBeGreaterThanOrEqual(wasToTell ? woken + 1 : woken);
      }
      for (const index of left) bench.settle(index);
      bench.queue.end(null);
      expect(bench.ended).toBe(false);
      for (let turns = 0; turns < 100 && !bench.ended; turns++) {
        bench.take();
        bench.endOne(0);
        await turn();
      }
      const inOrder = bench.taken.toSorted((one, other) => one - other);
      expect(inOrder).toEqual(indexes.map((_, at) => at));
      expect(ordered ? bench.taken : inOrder).toEqual(inOrder);
      expect([bench.ended, bench.overs > 0, bench.queue.isCongested, bench.queue.isFull]).toEqual([
        true,
        true,
        false,
        false,
      ]);
    }),
    { numRuns: 300 },
  );
});
