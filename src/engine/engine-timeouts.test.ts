// One attempt may take so long and no longer, from its permit on, and the message says how far it came.

import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer } from '../testing/fake-transport.ts';

const phases: readonly (readonly [string, FakeAnswer, string, string])[] = [
  ['connecting', { connectMs: 60_000 }, 'no connection within 2 s', 'failed timeout x4'],
  ['before the head', { headMs: 60_000 }, 'no answer within 2 s', 'unknown response_lost x1'],
  ['in the body', { body: ['a', 'b'], bodyMs: 1500 }, 'no complete answer within 2 s', 'unknown response_lost x1'],
  ['after the body', { body: ['a'], ends: 'never' }, 'no complete answer within 2 s', 'unknown response_lost x1'],
];

test.each(phases)('%s', async (_name, answer, message) => {
  const bench = new EngineBench({
    records: 1,
    script: () => answer,
    policy: { retries: 0 },
    engine: { timeoutMs: 2000 },
  });
  await bench.run();
  expect(bench.recorder.results.get(0)).toMatchObject({
    result: 'failed',
    error: { code: 'timeout', message: `${message}. Raise --timeout if the server needs longer.` },
  });
  expect(bench.recorder.results.get(0)?.ms).toBeGreaterThanOrEqual(2000);
  expect(bench.recorder.results.get(0)?.ms).toBeLessThanOrEqual(2020);
  expect(bench.events.ended).toMatchObject([{ outcome: 'congestion', code: 'timeout', status: null }]);
});

test.each(phases)('%s, a POST that must not be sent twice', async (_name, answer, message, story) => {
  const bench = new EngineBench({
    records: 1,
    plan: (index) => planned(index, 'http://a.test/0', { method: 'POST' }),
    script: () => answer,
    policy: { delivery: 'at-most-once' },
    engine: { timeoutMs: 2000 },
  });
  await bench.run();
  expect(bench.stories()).toEqual([story]);
  const result = bench.recorder.results.get(0);
  expect(result?.result === 'ok' ? '' : result?.error.message).toContain(message);
});

test('waiting for a permit is not counted', async () => {
  const bench = new EngineBench({
    records: 10,
    perOrigin: 1,
    script: () => ({ headMs: 900 }),
    engine: { timeoutMs: 1000 },
  });
  await bench.run();
  expect(new Set(bench.stories())).toEqual(new Set(['ok 200 x1']));
  expect(bench.recorder.results.get(9)).toMatchObject({ ms: 900, waitMs: 8100 });
});

test('an attempt that timed out gives up its connection, and another is made', async () => {
  const bench = new EngineBench({
    records: 1,
    script: (_request, { count }) => (count === 0 ? { status: null, ends: 'never' } : {}),
    engine: { timeoutMs: 100 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x2']);
  expect(bench.transport.sendings.map(({ reused }) => reused)).toEqual([false, false]);
});

test('a request that is sent again at no cost has the time of one attempt', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    script: (_request, { count, reused }) => {
      if (count === 0) return {};
      return reused ? { status: null, headMs: 800, ends: 'connection_closed' } : { status: null, ends: 'never' };
    },
    policy: { retries: 0 },
    engine: { timeoutMs: 1000 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'failed timeout x1']);
  expect(bench.recorder.results.get(1)?.ms).toBeLessThanOrEqual(1020);
});

test('what starts after a pause has its time from then on, not from the end of what came before', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    script: () => ({ headMs: 10 }),
    engine: { timeoutMs: 2000 },
  });
  bench.start();
  await bench.untilMs(5);
  bench.engine.pause();
  await bench.untilMs(5000);
  bench.engine.resume();
  await bench.finish();
  expect(bench.stories()).toEqual(['ok 200 x1', 'ok 200 x1']);
  expect(bench.recorder.results.get(1)).toMatchObject({ ms: 10 });
});
