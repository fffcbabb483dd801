// Whatever servers do, in whatever mix: every record gets the one result that the promises say, and
// no limit, rate or wait is ever broken on the way.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer, Sending } from '../testing/fake-transport.ts';
import { answerOf, expectedOf, recordArbitrary } from '../testing/scripted-record.ts';
import type { Deed, ModelOptions, ScriptedRecord } from '../testing/scripted-record.ts';

interface Wait {
  readonly origin: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

const limitsArbitrary = fc.record({
  concurrency: fc.integer({ min: 1, max: 6 }),
  perOrigin: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  rate: fc.option(fc.record({ count: fc.integer({ min: 5, max: 500 }), perMs: fc.constant(1000) }), { nil: undefined }),
  maxHeld: fc.integer({ min: 1, max: 12 }),
});

const policyArbitrary: fc.Arbitrary<ModelOptions> = fc.record({
  retries: fc.nat({ max: 3 }),
  redirects: fc.nat({ max: 2 }),
  delivery: fc.constantFrom('at-least-once', 'at-most-once'),
});

type Limits = typeof limitsArbitrary extends fc.Arbitrary<infer T> ? T : never;

class RandomRun {
  readonly waits: Wait[] = [];
  readonly bench: EngineBench;
  readonly #records: readonly ScriptedRecord[];
  readonly #policy: ModelOptions;
  readonly #next: number[];

  constructor(records: readonly ScriptedRecord[], policy: ModelOptions, limits: Limits) {
    this.#records = records;
    this.#policy = policy;
    this.#next = records.map(() => 0);
    const { concurrency, perOrigin, rate, maxHeld } = limits;
    this.bench = new EngineBench({
      records: records.length,
      batchSize: 7,
      plan: (index) => this.#plan(index),
      script: (request, sending) => this.#answer(Number(request.path.slice(1)), { ...sending, request }),
      concurrency,
      ...(perOrigin === undefined ? {} : { perOrigin }),
      ...(rate === undefined ? {} : { rate }),
      policy: { retries: policy.retries, delivery: policy.delivery },
      engine: { redirects: policy.redirects, timeoutMs: 200, maxHeld },
    });
  }

  #plan(index: number) {
    const { origin, method, isPlannedLater } = this.#records[index] ?? {
      origin: 0,
      method: 'GET',
      isPlannedLater: false,
    };
    const ready = planned(index, `http://o${origin}.test/${index}`, { method });
    return isPlannedLater ? Promise.resolve(ready) : ready;
  }

  #answer(index: number, { request, reused, atMs }: Sending): FakeAnswer {
    const { deeds = [] } = this.#records[index] ?? {};
    const isOnce = request.method === 'POST' && this.#policy.delivery === 'at-most-once';
    let deed: Deed | undefined;
    for (;;) {
      const at = this.#next[index] ?? 0;
      this.#next[index] = at + 1;
      deed = deeds[at] ?? deeds.findLast(({ kind }) => kind !== 'stale');
      if (deed?.kind !== 'stale' || (reused && !isOnce)) break;
    }
    deed ??= { kind: 'status', status: 200, retryAfterS: null, ms: 0 };
    if (deed.kind === 'status' && (deed.status === 429 || deed.status === 503) && deed.retryAfterS !== null) {
      const fromMs = atMs + deed.ms;
      this.waits.push({ origin: request.origin, fromMs, untilMs: fromMs + deed.retryAfterS * 1000 });
    }
    return answerOf(deed, request.path);
  }
}

/** Requests that count against limits: not those that are sent again at no cost, in the same attempt. */
const counted = ({ bench }: RandomRun): Sending[] => bench.transport.sendings.filter(({ fresh }) => !fresh);

function expectResults({ bench }: RandomRun, records: readonly ScriptedRecord[], policy: ModelOptions): void {
  const expected = records.map((record) => expectedOf(record, policy));
  expect(bench.stories()).toEqual(expected.map(({ story }) => story));
  expect(bench.events.settledIndexes.toSorted((a, b) => a - b)).toEqual(records.map((_record, index) => index));
}

function expectCounts(run: RandomRun, records: readonly ScriptedRecord[], policy: ModelOptions): void {
  const { bench } = run;
  const sent = counted(run);
  const expected = records.map((record) => expectedOf(record, policy).sendings);
  const actual = records.map((_record, index) => sent.filter(({ request }) => request.path === `/${index}`).length);
  expect(actual).toEqual(expected);
  expect([bench.events.started, bench.events.ended.length]).toEqual([sent.length, sent.length]);
  expect(bench.events.resentCount).toBe(bench.transport.sendings.length - sent.length);
  const attempts = [...bench.recorder.results.values()].map((result) => result.attempts);
  expect(Math.max(...attempts)).toBeLessThanOrEqual(policy.retries + 1);
  expect(bench.events.delaysMs).toHaveLength(attempts.reduce((sum, count) => sum + count - 1, 0));
}

function expectLimits(run: RandomRun, { concurrency, perOrigin = Infinity, rate, maxHeld }: Limits): void {
  const { bench, waits } = run;
  expect(bench.transport.most).toBeLessThanOrEqual(concurrency);
  expect(Math.max(...bench.transport.mostInFlight.values())).toBeLessThanOrEqual(perOrigin);
  expect(bench.recorder.mostHeld).toBeLessThanOrEqual(maxHeld);
  const tooEarly = counted(run).filter(({ request, atMs }) =>
    waits.some(({ origin, fromMs, untilMs }) => origin === request.origin && atMs > fromMs && atMs < untilMs - 1e-6),
  );
  expect(tooEarly).toEqual([]);
  expect(tooMany(counted(run), rate === undefined ? Infinity : rate.count / rate.perMs)).toEqual([]);
}

/** Windows in which more was sent to an origin than its rate allows; what came late may be made up for, by 10 ms. */
function tooMany(sent: readonly Sending[], perMs: number): string[] {
  const found: string[] = [];
  for (const [origin, list] of Map.groupBy(sent, ({ request }) => request.origin)) {
    for (const [from, first] of list.entries()) {
      for (const [to, last] of list.entries()) {
        const spanMs = last.atMs - first.atMs;
        const most = Math.min((spanMs + 10) * perMs + 1, spanMs < 1000 ? 1000 * perMs : Infinity);
        if (to > from && to - from + 1 > most + 1e-6)
          found.push(`${origin}: ${to - from + 1} from ${first.atMs} to ${last.atMs}`);
      }
    }
  }
  return found;
}

test('one result for each record, the right one, within all limits', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(recordArbitrary, { minLength: 1, maxLength: 25 }),
      policyArbitrary,
      limitsArbitrary,
      async (records, policy, limits) => {
        const run = new RandomRun(records, policy, limits);
        expect(await run.bench.run()).toEqual({ kind: 'finished' });
        expectResults(run, records, policy);
        expectCounts(run, records, policy);
        expectLimits(run, limits);
      },
    ),
    { numRuns: 150 },
  );
});

test('stopped at any moment: what is settled is right, nothing else was settled, and all permits are back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(recordArbitrary, { minLength: 5, maxLength: 25 }),
      policyArbitrary,
      limitsArbitrary,
      fc.nat({ max: 3000 }),
      async (records, policy, limits, stopMs) => {
        const { bench } = new RandomRun(records, policy, limits);
        bench.start();
        await bench.untilMs(stopMs);
        const sentBefore = bench.transport.sendings.length;
        bench.engine.stop();
        await bench.finish();
        const settled = [...bench.recorder.results.keys()];
        const expected = records.map((record) => expectedOf(record, policy).story);
        expect(settled.map((index) => bench.recorder.story(index))).toEqual(settled.map((index) => expected[index]));
        expect(bench.transport.sendings.slice(sentBefore).filter(({ fresh }) => !fresh)).toEqual([]);
        expect([
          bench.governor.statistics().inFlight,
          bench.transport.statistics().inFlight,
          bench.clock.pending,
        ]).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 100 },
  );
});
