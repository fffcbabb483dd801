// What is made of tasks, with works that end when they will, fail, or are slow to stop, and a signal that may abort at
// any time: it ends with what it should, when all that it began has ended, and leaves nothing behind.

import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { gather, gatherOutcomes } from './gather.ts';
import { any, race } from './race.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';
import type { TaskContext, Work } from './scope.ts';
import { sleep } from './sleep.ts';

interface Plan {
  /** Each ends at a time of its own; `stopsMs` is how long it takes to stop when it is cancelled. */
  readonly works: readonly { readonly ms: number; readonly fails: boolean; readonly stopsMs: number }[];
  readonly limit: number;
  readonly abortsMs: number | null;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  works: fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 })
    .chain((times) =>
      fc.tuple(
        ...times.map((ms) =>
          fc.record({ ms: fc.constant(ms), fails: fc.oneof(fc.constant(false), fc.boolean()), stopsMs: fc.nat(5) }),
        ),
      ),
    ),
  limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 4 })),
  abortsMs: fc.option(fc.nat(30)),
});

type Compose = (works: readonly Work<number>[], options: ScopeOptions) => Promise<unknown>;

interface Seen {
  readonly result: unknown;
  readonly error: unknown;
  readonly running: number;
  readonly mostRunning: number;
  readonly timersLeft: number;
  readonly listenersLeft: number;
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

async function watched(compose: Compose, { works, limit, abortsMs }: Plan): Promise<Seen> {
  const clock = new FakeClock();
  const controller = new AbortController();
  let running = 0;
  let mostRunning = 0;
  const started = works.map(({ ms, fails, stopsMs }, n) => async ({ signal }: TaskContext): Promise<number> => {
    mostRunning = Math.max(mostRunning, ++running);
    try {
      await sleep(ms, { signal, clock });
    } catch (reason) {
      await sleep(stopsMs, { clock });
      throw reason;
    } finally {
      running--;
    }
    if (fails) throw new Error(`work ${n}`);
    return n;
  });
  const seen: Seen[] = [];
  const note = (result: unknown, error: unknown): void => {
    const listenersLeft = getEventListeners(controller.signal, 'abort').length;
    seen.push({ result, error, running, mostRunning, timersLeft: clock.pending, listenersLeft });
  };
  const ending = compose(started, { limit, clock, signal: controller.signal }).then(
    (result) => note(result, null),
    (error: unknown) => note(null, error),
  );
  for (let ms = 0; ms < 400 && seen.length === 0; ms++) {
    await turn(); // what was due has been done, and told
    if (ms === abortsMs) controller.abort('aborted');
    await turn();
    if (seen.length === 0) clock.advance(1);
  }
  await ending;
  return seen[0] as Seen;
}

/** One word for each law that does not hold, whatever the composition. */
function brokenLaws(seen: Seen, { works, limit, abortsMs }: Plan): string[] {
  const errors = seen.error instanceof AggregateError ? seen.error.errors : seen.error === null ? [] : [seen.error];
  const failing = works.flatMap(({ fails }, n) => (fails ? [`work ${n}`] : []));
  const laws = {
    'waits for all': seen.running === 0,
    'keeps the limit': seen.mostRunning <= limit,
    'leaves no timer': seen.timersLeft === 0,
    'leaves no listener': seen.listenersLeft === 0,
    'tells only what happened': errors.every((error) =>
      error instanceof Error ? failing.includes(error.message) : error === 'aborted' && abortsMs !== null,
    ),
  };
  return Object.entries(laws).flatMap(([law, holds]) => (holds ? [] : [law]));
}

const runs = { numRuns: 150 };

test('gather ends with all results in order, or with what failed', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const seen = await watched((works, options) => gather(works, { ...options, onError: 'cancel' }), plan);
      expect(brokenLaws(seen, plan)).toEqual([]);
      const good = plan.works.every(({ fails }) => !fails);
      if (plan.abortsMs !== null && seen.error !== null) return;
      expect(seen.result).toEqual(good ? plan.works.map((_, n) => n) : null);
    }),
    runs,
  );
});

test("gather with 'collect' tells all that failed, and gatherOutcomes what became of each", async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (given) => {
      const plan = { ...given, abortsMs: null };
      const failing = plan.works.filter(({ fails }) => fails).length;
      const collected = await watched((works, options) => gather(works, { ...options, onError: 'collect' }), plan);
      expect(brokenLaws(collected, plan)).toEqual([]);
      const errors = collected.error instanceof AggregateError ? collected.error.errors : [collected.error];
      expect(errors.filter((error) => error !== null)).toHaveLength(failing);
      const told = await watched((works, options) => gatherOutcomes(works, options), plan);
      expect(brokenLaws(told, plan)).toEqual([]);
      expect((told.result as { state: string }[]).map(({ state }) => state)).toEqual(
        plan.works.map(({ fails }) => (fails ? 'failed' : 'done')),
      );
    }),
    runs,
  );
});

test('race ends with the first, any with the first that is done; the rest has ended then', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (given) => {
      const plan = { ...given, limit: Infinity };
      const order = plan.works.map((work, n) => ({ ...work, n })).toSorted((left, right) => left.ms - right.ms);
      const raced = await watched((works, options) => race(works, options), plan);
      const first = await watched((works, options) => any(works, options), plan);
      expect([...brokenLaws(raced, plan), ...brokenLaws(first, plan)]).toEqual([]);
      const [winner] = order;
      const success = order.find(({ fails }) => !fails);
      const { abortsMs } = plan;
      const inTime = (ms: number): boolean => abortsMs === null || (abortsMs > 0 && ms <= abortsMs);
      const expected = { raced: winner && inTime(winner.ms), first: success && inTime(success.ms) };
      expect(raced.result).toBe(expected.raced === true && winner?.fails === false ? winner.n : null);
      expect(first.result).toBe(expected.first === true ? (success?.n ?? null) : null);
    }),
    runs,
  );
});
