// A server may close a keep-alive connection just as it is used. Nothing was answered then, and the
// request is sent again on a new connection, at no cost: unless it must not be sent twice.

import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeScript } from '../testing/fake-transport.ts';

const closesWhatIsReused: FakeScript = (_request, { reused }) =>
  reused ? { status: null, ends: 'connection_reset' } : { headMs: 1 };

const post = (index: number) => planned(index, `http://a.test/${index}`, { method: 'POST' });

test.each(['at-least-once', 'at-most-once'] as const)('a GET, %s', async (delivery) => {
  const bench = new EngineBench({
    records: 5,
    concurrency: 1,
    script: closesWhatIsReused,
    policy: { delivery, retries: 0 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(Array(5).fill('ok 200 x1'));
  expect(bench.events.resentCount).toBe(4);
  expect(bench.transport.sendings.map(({ reused, fresh }) => `${reused} ${fresh}`)).toEqual([
    'false false',
    'true false',
    'false true',
    'true false',
    'false true',
    'true false',
    'false true',
    'true false',
    'false true',
  ]);
});

test('what is sent again counts in the rate', async () => {
  const bench = new EngineBench({
    records: 60,
    concurrency: 1,
    rate: { count: 10, perMs: 1000 },
    script: closesWhatIsReused,
  });
  await bench.run();
  const times = bench.transport.sendings.map(({ atMs }) => atMs);
  expect(times).toHaveLength(119);
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
  // It does not wait itself, since it holds a permit: one more than the rate at a border.
  expect(most).toBeLessThanOrEqual(11);
});

test('a POST that may be sent twice is', async () => {
  const bench = new EngineBench({ records: 2, concurrency: 1, plan: post, script: closesWhatIsReused });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'ok 200 x1']);
  expect([bench.events.resentCount, bench.events.delaysMs.length]).toEqual([1, 0]);
});

test('a POST without an idempotency key is not, unless it is worth another attempt', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: 'POST', headers: [] }),
    script: closesWhatIsReused,
    policy: { retries: 0 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'failed connection_reset x1']);
  expect([bench.events.resentCount, bench.transport.sendings.length]).toEqual([0, 2]);
});

test('a POST that must not be sent twice is not', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    plan: post,
    script: closesWhatIsReused,
    policy: { delivery: 'at-most-once' },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'unknown response_lost x1']);
  expect([bench.events.resentCount, bench.transport.sendings.length]).toEqual([0, 2]);
  expect(bench.recorder.announced.flat()).toEqual([0, 1]);
});

test('if the new connection fails too, that is an attempt like any other', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    script: ({ path }) => (path === '/0' ? {} : { status: null, ends: 'connection_closed' }),
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'failed connection_closed x4']);
  expect([bench.events.resentCount, bench.sentAtMs('/1').length]).toEqual([1, 5]);
});

test.each([
  ['a part of the answer came', { body: ['x'], ends: 'connection_reset' }],
  ['the end was another one', { status: null, ends: 'protocol_error' }],
] as const)('not at no cost: %s', async (_name, broken) => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    script: (_request, { count }) => (count === 1 ? broken : {}),
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'ok 200 x2']);
  expect(bench.events.resentCount).toBe(0);
});
