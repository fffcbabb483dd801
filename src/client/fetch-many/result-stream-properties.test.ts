// Calls of `fetchMany` of all kinds, on a clock that is moved by hand: whatever sources, answers, callbacks, callers and
// deadlines do, each item that was read has one result, and nothing is left behind.

import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../concurrency/random.ts';
import { DeadlineError } from '../../errors.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeTransport } from '../../testing/fake-transport.ts';
import type { FakeAnswer } from '../../testing/fake-transport.ts';
import type { FetchManyOptions } from './fetch-many-options.ts';
import { resolveFetchOptions } from './resolve-fetch-options.ts';
import { ResultStream } from './result-stream.ts';
import type { Result } from '../result.ts';

interface Item {
  readonly url: string;
  readonly retries?: number;
}

type CallbackKind = 'none' | 'quick' | 'slow' | 'throws' | 'rejects';

const answers = fc.record({
  headMs: fc.nat({ max: 80 }),
  status: fc.constantFrom(200, 200, 200, 404, 500, 503),
  body: fc.constant(['hello']),
  ends: fc.constantFrom('whole', 'whole', 'whole', 'never', 'connection_reset', 'connect_refused'),
}) satisfies fc.Arbitrary<FakeAnswer>;

const callback = fc.constantFrom<CallbackKind[]>('none', 'quick', 'slow', 'throws', 'rejects');

const calls = fc.record({
  answers: fc.array(answers, { maxLength: 40 }),
  kind: fc.constantFrom('list', 'generator', 'later'),
  ordered: fc.boolean(),
  concurrency: fc.integer({ min: 1, max: 6 }),
  retries: fc.nat({ max: 2 }),
  totalTimeoutMs: fc.option(fc.integer({ min: 1, max: 400 })),
  parse: callback,
  onResult: callback,
  onError: fc.constantFrom<CallbackKind[]>('none', 'quick', 'slow'),
  callerMs: fc.constantFrom(0, 0, 7),
  leavesAfter: fc.option(fc.nat({ max: 30 }), { freq: 4 }),
});

type Call = typeof calls extends fc.Arbitrary<infer Kind> ? Kind : never;

class Trial {
  readonly clock = new FakeClock();
  readonly results: Result<Item, string, string>[] = [];
  readonly items: Item[];
  /** How often each callback was called with each item, and how many are under way. */
  readonly called = new Map<string, number>();
  underWay = 0;
  closed = 0;
  /** What ended it; null: it came to its end. */
  thrown: unknown = null;
  #ended = false;
  readonly transport: FakeTransport;
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    // What no request can be made of is among them, and what is never tried again.
    this.items = call.answers.map((_, n) => ({
      url: n % 7 === 6 ? 'nonsense' : `http://a.example/${n}`,
      retries: n % 3,
    }));
    this.transport = new FakeTransport(this.clock, ({ path }) => call.answers[Number(path.slice(1))] ?? {});
  }

  /** Runs it to its end, as fast as the clock can be moved. */
  async run(): Promise<void> {
    const taking = this.#take().catch((error: unknown) => {
      this.thrown = error;
    });
    await turn();
    for (let turns = 0; !this.#ended; turns++) {
      if (turns === 20_000) throw new Error('it does not end');
      if (this.clock.nextMs < Infinity) this.clock.advance(Math.max(1, this.clock.nextMs - this.clock.now()));
      await turn();
    }
    await taking;
  }

  async #take(): Promise<void> {
    using _end = { [Symbol.dispose]: () => (this.#ended = true) };
    const { callerMs, leavesAfter } = this.#call;
    const stream = new ResultStream<Item, string, string>({
      source: this.#source(),
      options: resolveFetchOptions(this.#options()),
      transport: this.transport,
      clock: this.clock,
      random: seededRandom(1),
    });
    for await (const result of stream) {
      this.results.push(result);
      if (this.results.length === leavesAfter) break;
      if (callerMs > 0) await this.#pause(callerMs);
    }
  }

  #source(): Iterable<Item> | AsyncIterable<Item> {
    if (this.#call.kind === 'list') return this.items;
    const source = this.#generator();
    if (this.#call.kind === 'generator') return source;
    return (async function* later(): AsyncGenerator<Item> {
      yield* source;
    })();
  }

  *#generator(): Generator<Item> {
    try {
      yield* this.items;
    } finally {
      this.closed++;
    }
  }

  #options(): FetchManyOptions<Item, string, string> {
    const { ordered, concurrency, retries, totalTimeoutMs, parse, onResult, onError } = this.#call;
    return {
      ordered,
      concurrency,
      retries,
      timeoutMs: 100,
      maxOutageMs: 2_000,
      ...(totalTimeoutMs === null ? {} : { totalTimeoutMs }),
      ...(parse === 'none' ? {} : { parse: (result) => this.#calledBack('parse', parse, result.index) }),
      ...(onResult === 'none' ? {} : { onResult: (result) => this.#calledBack('onResult', onResult, result.index) }),
      ...(onError === 'none' ? {} : { onError: (result) => this.#calledBack('onError', onError, result.index) }),
    };
  }

  #calledBack(name: string, kind: CallbackKind, index: number): string | Promise<string> {
    const key = `${name} ${index}`;
    this.called.set(key, (this.called.get(key) ?? 0) + 1);
    if (kind === 'quick') return name;
    if (kind === 'throws' && index % 2 === 0) throw new Error('by hand');
    if (kind === 'throws') return name;
    return this.#slowly(name, kind === 'rejects' && index % 2 === 0);
  }

  async #slowly(name: string, rejects: boolean): Promise<string> {
    this.underWay++;
    await this.#pause(13);
    this.underWay--;
    if (rejects) throw new Error('by hand');
    return name;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(ms, resolve);
    });
  }
}

/** What its result says of an item agrees with what the callbacks did. */
function checkResult(
  { item, result, value, index, error }: Result<Item, string, string>,
  call: Call,
  trial: Trial,
): void {
  expect(item).toBe(trial.items[index]);
  const given = result === 'ok' ? call.parse : call.onError;
  expect(value).toBe(given === 'none' ? undefined : result === 'ok' ? 'parse' : 'onError');
  expect(trial.called.get(`onResult ${index}`)).toBe(call.onResult === 'none' ? undefined : 1);
  expect(trial.called.get(`onError ${index}`)).toBe(result === 'ok' || call.onError === 'none' ? undefined : 1);
  expect(trial.called.get(`parse ${index}`) ?? 0).toBeLessThanOrEqual(1);
  const mayFail = [call.parse, call.onResult].some((kind) => kind === 'throws' || kind === 'rejects');
  expect(error?.code === 'callback_error' ? mayFail && index % 2 === 0 : true).toBe(true);
}

test('each item that was read has one result, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (call) => {
      const trial = new Trial(call);
      await trial.run();
      const { clock, items, results, thrown, transport } = trial;
      const indexes = results.map(({ index }) => index);
      expect([trial.underWay, transport.statistics().inFlight, clock.pending]).toEqual([0, 0, 0]);
      expect(trial.closed).toBe(call.kind === 'list' || items.length === 0 ? trial.closed : 1);
      expect(new Set(indexes).size).toBe(indexes.length);
      const inOrder = indexes.toSorted((one, other) => one - other);
      expect(call.ordered ? indexes : inOrder).toEqual(inOrder);
      for (const result of results) checkResult(result, call, trial);
      if (results.length === call.leavesAfter) return;
      // Only a source that nobody knows the length of may be left where it is, and that is said.
      const mayBeCut = call.kind !== 'list' && call.totalTimeoutMs !== null;
      expect(thrown === null || (mayBeCut && thrown instanceof DeadlineError)).toBe(true);
      expect(thrown === null ? results.length : items.length).toBe(items.length);
      expect(inOrder).toEqual(indexes.map((_, at) => at));
    }),
    { numRuns: 150 },
  );
});
