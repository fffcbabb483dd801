import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recorder } from '../../engine/recorder.ts';
import type { Result } from '../../http/result.ts';
import { sampleFailed, sampleOk } from '../../testing/sample-result.ts';
import { HookedRecorder } from './hooked-recorder.ts';
import type { HookEnd, RecordHook } from './record-hook.ts';
import { withHookEnd } from './with-hook-end.ts';

/** A recorder and a hook that are told when to end, and keep what they are given. */
class Bench {
  readonly recorded: Result[] = [];
  readonly told: Result[] = [];
  readonly failures: unknown[] = [];
  /** Calls that go on, by index. */
  readonly calls = new Map<number, (end: HookEnd) => void>();
  most = 0;
  rooms = 0;
  isSync = false;
  isBroken = false;
  readonly hooked: HookedRecorder;

  constructor(concurrency: number) {
    const hook: RecordHook = {
      concurrency,
      call: (record, { index }) => {
        expect(record?.value).toBe(`record ${index}`);
        if (this.isSync) return { extracted: `${index}` };
        return new Promise((resolve) => {
          this.calls.set(index, resolve);
          this.most = Math.max(this.most, this.calls.size);
        });
      },
      close: () => Promise.resolve(),
    };
    const recorder: Recorder = {
      batchBegins: () => undefined,
      opened: () => undefined,
      willSend: () => undefined,
      wasNotSent: () => undefined,
      isDoubtful: () => false,
      settle: (result) => {
        if (this.isBroken) throw new Error('cannot be recorded');
        this.recorded.push(result);
      },
      isCongested: false,
      isFull: false,
    };
    this.hooked = new HookedRecorder({
      recorder,
      hook,
      takeRecord: (index) => ({ index, value: `record ${index}` }),
      onRecorded: (result) => this.told.push(result),
      onFailure: (error) => this.failures.push(error),
      onRoom: () => this.rooms++,
    });
  }

  /** Ends a call, and lets what follows happen. */
  async end(index: number, how: HookEnd = { extracted: `${index}` }): Promise<void> {
    this.calls.get(index)?.(how);
    this.calls.delete(index);
    await Promise.resolve();
  }
}

const indexes = (results: readonly Result[]): number[] => results.map(({ index }) => index);

test('a hook that answers at once is recorded at once', () => {
  const bench = new Bench(1);
  bench.isSync = true;
  for (let index = 0; index < 3; index++) bench.hooked.settle(sampleOk({ index }));
  expect(bench.recorded.map(({ extracted }) => extracted)).toEqual(['0', '1', '2']);
  expect([bench.hooked.isCongested, bench.hooked.open, bench.told]).toEqual([false, 0, bench.recorded]);
});

test('so many go on at once, the rest waits in its order, and requests may start again when there is room', async () => {
  const bench = new Bench(2);
  const { hooked } = bench;
  hooked.settle(sampleOk({ index: 0 }));
  expect(hooked.isCongested).toBe(false);
  for (let index = 1; index < 4; index++) hooked.settle(sampleOk({ index }));
  expect([hooked.isCongested, hooked.open, [...bench.calls.keys()]]).toEqual([true, 4, [0, 1]]);
  await bench.end(1);
  expect([[...bench.calls.keys()], bench.rooms, indexes(bench.recorded)]).toEqual([[0, 2], 0, [1]]);
  await bench.end(0);
  expect([hooked.isCongested, bench.rooms]).toEqual([true, 0]);
  await bench.end(3);
  expect([hooked.isCongested, bench.rooms]).toEqual([false, 1]);
  let isQuiet = false;
  const quiet = hooked.quiet().then(() => (isQuiet = true));
  await Promise.resolve();
  expect(isQuiet).toBe(false);
  await bench.end(2);
  await quiet;
  expect(indexes(bench.recorded)).toEqual([1, 0, 3, 2]);
  await hooked.quiet();
});

test('a failure to record is told, and nobody waits for ever', async () => {
  const bench = new Bench(1);
  bench.hooked.settle(sampleOk({ index: 0 }));
  bench.isBroken = true;
  await bench.end(0);
  expect(bench.failures).toMatchObject([{ message: 'cannot be recorded' }]);
  await bench.hooked.quiet();
});

/** What happens to it: a result comes, one of the calls that go on ends. */
const step = fc.oneof(fc.constant('settle' as const), fc.nat(10));

test('each result is recorded once, whatever ends when; given up, all are; abandoned, none more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('quiet' as const, 'giveUp' as const, 'abandon' as const),
      async (steps, concurrency, way) => {
        const bench = new Bench(concurrency);
        const { hooked } = bench;
        let settled = 0;
        for (const what of steps) {
          if (what === 'settle') hooked.settle(sampleOk({ index: settled++ }));
          else await bench.end([...bench.calls.keys()][what % Math.max(1, bench.calls.size)] ?? -1);
          expect(hooked.open).toBe(settled - bench.recorded.length);
          expect(bench.calls.size).toBe(Math.min(concurrency, hooked.open));
          expect(hooked.isCongested).toBe(hooked.open >= concurrency);
        }
        const before = bench.recorded.length;
        const quiet = hooked.quiet();
        if (way !== 'quiet') hooked[way]();
        while (bench.calls.size > 0) await bench.end([...bench.calls.keys()][0] ?? -1);
        await quiet;
        expect(bench.most).toBeLessThanOrEqual(concurrency);
        expect(bench.recorded.length).toBe(way === 'abandon' ? before : settled);
        expect(new Set(indexes(bench.recorded)).size).toBe(bench.recorded.length);
        expect(bench.told).toEqual(bench.recorded);
        const lost = bench.recorded.slice(before).filter(({ result }) => result !== 'ok');
        expect(lost.length).toBe(way === 'giveUp' ? settled - before : 0);
        expect(lost.every(({ answer }) => answer !== null)).toBe(true);
      },
    ),
  );
});

describe('a result', () => {
  const problem = { problem: 'the hook threw Error: x' };

  test('keeps all but what the hook gave', () => {
    const ok = sampleOk();
    expect(withHookEnd(ok, { extracted: null })).toBe(ok);
    expect(withHookEnd(ok, { extracted: '[1]' })).toEqual({ ...ok, extracted: '[1]' });
  });

  test('that was ok is failed by what the hook threw; its answer stays', () => {
    const { skipped: _, ...rest } = sampleOk();
    expect(withHookEnd(sampleOk(), problem)).toEqual({
      ...rest,
      result: 'failed',
      error: {
        code: 'callback_error',
        message: expect.stringMatching(/^the hook threw Error: x\. .*--except/) as string,
      },
    });
    const skipped = withHookEnd(sampleOk({ answer: null, skipped: true }), problem);
    expect(skipped).toMatchObject({ error: { code: 'callback_error', message: 'the hook threw Error: x' } });
  });

  test('that was not ok keeps its code', () => {
    const error = { code: 'http_status', message: '503 is not in 2xx; besides, the hook threw Error: x' };
    expect(withHookEnd(sampleFailed(), problem)).toEqual({ ...sampleFailed(), error });
  });
});
