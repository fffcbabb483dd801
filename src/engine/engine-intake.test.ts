// What is held is bounded: by a number of records, by the bytes of their bodies, by the recorder.

import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';

/** a.test asks for a minute at first; b.test never does. */
const busyAtFirst = ({ origin }: { origin: string }, { atMs }: { atMs: number }) =>
  origin === 'http://a.test' && atMs < 60_000 ? { status: 503, headers: ['retry-after', '60'] } : { headMs: 1 };

test('records that wait let others be read, but only so many', async () => {
  const bench = new EngineBench({
    records: 100,
    concurrency: 1,
    plan: (index) => planned(index, `http://${index % 10 === 0 ? 'a' : 'b'}.test/${index}`),
    script: busyAtFirst,
    engine: { maxHeld: 5 },
  });
  bench.start();
  await bench.untilMs(30_000);
  // 0, 10, 20, 30 and 40 wait; all others up to there are done.
  expect(bench.recorder.seen.size).toBe(41);
  expect(bench.recorder.results.size).toBe(36);
  expect(await bench.finish()).toEqual({ kind: 'finished' });
  expect(bench.recorder.mostHeld).toBe(5);
  expect(bench.recorder.results.size).toBe(100);
});

test('records that wait let others be read only as far as they do not count as ahead', async () => {
  const bench = new EngineBench({
    records: 100,
    concurrency: 1,
    plan: (index) => planned(index, `http://${index % 10 === 0 ? 'a' : 'b'}.test/${index}`),
    script: busyAtFirst,
    engine: { maxAhead: 3, maxParked: 2 },
  });
  bench.start();
  await bench.untilMs(30_000);
  // 0, 10, 20, 30 and 40 wait, 2 of them uncounted; all others up to there are done.
  expect(bench.recorder.seen.size).toBe(41);
  expect(bench.recorder.results.size).toBe(36);
  expect(await bench.finish()).toEqual({ kind: 'finished' });
  expect(bench.recorder.mostHeld).toBe(5);
  expect(bench.recorder.results.size).toBe(100);
});

test('promises of a planner count as held', async () => {
  const waiting: (() => void)[] = [];
  const bench = new EngineBench({
    records: 100,
    plan: async (index) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return planned(index, `http://a.test/${index}`);
    },
    script: () => ({}),
    engine: { maxHeld: 7 },
  });
  bench.start();
  await bench.untilMs(10);
  expect(waiting).toHaveLength(7);
  for (let at = 0; at < 100; at++) {
    await bench.until(() => waiting.length > at);
    waiting[at]?.();
  }
  expect(await bench.finish()).toEqual({ kind: 'finished' });
  expect(bench.recorder.mostHeld).toBe(7);
});

test('bodies of requests take no more memory than allowed, save that of the last one', async () => {
  const bench = new EngineBench({
    records: 30,
    concurrency: 20,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: 'PUT', body: Buffer.alloc(100) }),
    script: () => ({ headMs: 10 }),
    engine: { maxHeldBytes: 450 },
  });
  await bench.run();
  expect(bench.recorder.mostHeld).toBe(5);
  expect(bench.transport.most).toBe(5);
  expect(bench.recorder.results.size).toBe(30);
});

test('a full recorder stops the reading, not the retries', async () => {
  const bench = new EngineBench({
    records: 20,
    concurrency: 2,
    script: ({ path }, { count }) => ({ status: path === '/0' && count < 4 ? 500 : 200, headMs: 10 }),
  });
  bench.start();
  await bench.untilMs(1);
  bench.recorder.isFull = true;
  await bench.until(() => bench.recorder.results.has(0));
  expect(bench.recorder.story(0)).toBe('ok 200 x4');
  expect(bench.recorder.seen.size).toBe(2);
  bench.recorder.isFull = false;
  bench.engine.wake();
  expect(await bench.finish()).toEqual({ kind: 'finished' });
  expect(bench.recorder.results.size).toBe(20);
});

test('while results pile up nothing is started, retries neither', async () => {
  const bench = new EngineBench({
    records: 20,
    concurrency: 2,
    script: (_request, { count }) => ({ status: count === 0 ? 500 : 200, headMs: 10 }),
  });
  bench.start();
  await bench.untilMs(1);
  bench.recorder.isCongested = true;
  await bench.untilMs(5000);
  expect([bench.transport.sendings.length, bench.recorder.results.size, bench.engine.inFlight]).toEqual([2, 1, 0]);
  bench.recorder.isCongested = false;
  bench.engine.wake();
  expect(await bench.finish()).toEqual({ kind: 'finished' });
});

test('an answer of just the size that is allowed is kept; one byte more ends it at once', async () => {
  const bench = new EngineBench({
    records: 2,
    script: ({ path }) => ({
      bodyMs: 100,
      body: path === '/0' ? ['x'.repeat(600), 'y'.repeat(400)] : Array(50).fill('z'.repeat(100)),
    }),
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1', 'failed body_too_large x1']);
  expect(bench.recorder.results.get(0)?.answer?.body.length).toBe(1000);
  // The eleventh piece is the one too many.
  expect(bench.recorder.results.get(1)?.ms).toBe(1100);
});

test('an answer that is too large is known to have come, at most once or not', async () => {
  const bench = new EngineBench({
    records: 1,
    plan: (index) => planned(index, 'http://a.test/0', { method: 'POST' }),
    script: () => ({ body: ['x'.repeat(1001)] }),
    policy: { delivery: 'at-most-once' },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['failed body_too_large x1']);
});
