// An origin that fails as a whole: its records wait, and do not burn their attempts.

import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer, FakeScript } from '../testing/fake-transport.ts';

/** Answers after 10 ms, but between two moments everything fails in one way. */
function downBetween(fromMs: number, untilMs: number, how: FakeAnswer, origin = 'http://a.test'): FakeScript {
  return (request, { atMs }) => (request.origin === origin && atMs >= fromMs && atMs < untilMs ? how : { headMs: 10 });
}

const ways: readonly [string, FakeAnswer][] = [
  ['refuses connections', { ends: 'connect_refused', status: null }],
  ['resets connections', { headMs: 5, status: null, ends: 'connection_reset' }],
  ['answers 503', { headMs: 5, status: 503 }],
  ['answers 500', { headMs: 5, status: 500 }],
  ['answers 429 and says no more', { headMs: 5, status: 429 }],
  ['does not answer', { status: null, ends: 'never' }],
];

/** Even records go to a.test, odd ones to b.test. */
const twoOrigins = (index: number) => planned(index, `http://${index % 2 === 0 ? 'a' : 'b'}.test/${index}`);

describe.each(ways)('an origin that %s for two minutes', (_name, how) => {
  test.each([1, 10, 200])(
    'with %i in flight: no record fails, and it costs little more than two minutes',
    async (c) => {
      const bench = new EngineBench({
        records: 800,
        concurrency: c,
        script: downBetween(1000, 121_000, how),
        sitsOutOutages: true,
        engine: { timeoutMs: 5000 },
      });
      await bench.run();
      const results = [...bench.recorder.results.values()];
      expect(results.filter(({ result }) => result !== 'ok')).toEqual([]);
      const idealMs = 120_000 + (800 / c) * 10;
      // To refuse is not to be down: what refuses is met more often, and by less at a time for a while.
      const most = how.status === 429 ? idealMs * 4 : idealMs * 1.08 + 2000;
      expect(bench.clock.now()).toBeLessThan(most);
      const during = bench.transport.sendings.filter(({ atMs }) => atMs > 20_000 && atMs < 120_000);
      expect(during.length).toBeLessThan(100);
    },
  );
});

test('another origin goes on at full speed, however many records of the dead one are met', async () => {
  const bench = new EngineBench({
    records: 6_000,
    batchSize: 50,
    concurrency: 20,
    plan: twoOrigins,
    script: downBetween(0, 60_000, { ends: 'connect_refused', status: null }),
    sitsOutOutages: true,
    engine: { maxAhead: 200 },
  });
  bench.start();
  await bench.untilMs(3_000);
  expect(bench.events.settledIndexes.filter((index) => index % 2 === 1)).toHaveLength(3_000);
  expect(bench.events.settledIndexes).toHaveLength(3_000);
  await bench.finish();
  expect([...bench.recorder.results.values()].every(({ result }) => result === 'ok')).toBe(true);
});

test('an outage that lasts too long fails what waits, and what comes later, until the origin answers again', async () => {
  const bench = new EngineBench({
    records: 500,
    concurrency: 10,
    plan: twoOrigins,
    script: downBetween(0, 3_600_000, { ends: 'connect_refused', status: null }),
    sitsOutOutages: true,
    policy: { maxOutageMs: 60_000 },
  });
  await bench.run();
  expect(bench.clock.now()).toBeGreaterThanOrEqual(60_000);
  expect(bench.clock.now()).toBeLessThan(70_000);
  const failed = [...bench.recorder.results.values()].filter(({ result }) => result === 'failed');
  expect(failed).toHaveLength(250);
  for (const result of failed) {
    expect(result.result === 'failed' && result.error.code).toBe('origin_down');
    expect(result.result === 'failed' && result.error.message).toMatch(/a\.test is down \(.+\)/);
  }
});

test('a pause for longer than an outage may last does not fail what waits: the origin is asked first', async () => {
  const bench = new EngineBench({
    records: 500,
    concurrency: 10,
    script: downBetween(100, 3_000, { ends: 'connect_refused', status: null }),
    sitsOutOutages: true,
    policy: { maxOutageMs: 10_000 },
  });
  bench.start();
  await bench.untilMs(2_000);
  bench.engine.pause();
  await bench.untilMs(20_000);
  bench.engine.resume();
  await bench.finish();
  expect([...bench.recorder.results.values()].filter(({ result }) => result !== 'ok')).toEqual([]);
});

test('if nothing is to wait, records of a dead origin fail at once, and are few on the way', async () => {
  const bench = new EngineBench({
    records: 1000,
    concurrency: 10,
    script: downBetween(0, Infinity, { ends: 'connect_refused', status: null }),
    sitsOutOutages: true,
    policy: { maxOutageMs: 0 },
  });
  await bench.run();
  expect(bench.clock.now()).toBeLessThan(2000);
  expect(bench.transport.sendings.length).toBeLessThan(60);
  expect(bench.recorder.results.size).toBe(1000);
});

test.each<[string, number]>([
  ['/7', 500],
  ['/7', 503],
])('a record that fails by itself (%s: %i) is no outage, and burns its attempts', async (path, status) => {
  const bench = new EngineBench({
    records: 200,
    concurrency: 5,
    script: (request) => ({ headMs: 10, status: request.path === path ? status : 200 }),
    sitsOutOutages: true,
  });
  await bench.run();
  expect(bench.recorder.story(7)).toBe('failed http_status x4');
  expect([...bench.recorder.results.values()].filter(({ result }) => result === 'ok')).toHaveLength(199);
});

test('a stretch of records that all fail by themselves ends', async () => {
  const bench = new EngineBench({
    records: 600,
    concurrency: 5,
    script: ({ path }) => ({ headMs: 10, status: Number(path.slice(1)) < 100 ? 500 : 200 }),
    sitsOutOutages: true,
  });
  await bench.run();
  expect(bench.recorder.results.size).toBe(600);
  expect([...bench.recorder.results.values()].filter(({ result }) => result === 'ok')).toHaveLength(500);
});

describe('a shortage of this machine', () => {
  test('costs no attempt, and lowers what is in flight', async () => {
    let most = 0;
    let now = 0;
    const bench = new EngineBench({
      records: 400,
      concurrency: 100,
      script: () => {
        now = bench.transport.statistics().inFlight;
        if (now >= 40) return { status: null, ends: 'local_limit' };
        most = Math.max(most, now);
        return { headMs: 20 };
      },
      sitsOutOutages: true,
    });
    await bench.run();
    expect([...bench.recorder.results.values()].every(({ result }) => result === 'ok')).toBe(true);
    expect(bench.governor.local.limit).toBeLessThan(60);
    expect(bench.governor.local.explanation).toMatch(/./);
  });

  test('does not wait for ever', async () => {
    const bench = new EngineBench({
      records: 3,
      script: (): FakeAnswer => ({ status: null, ends: 'local_limit' satisfies ErrorCode }),
      sitsOutOutages: true,
      policy: { maxOutageMs: 60_000 },
    });
    await bench.run();
    expect(bench.recorder.story(0)).toMatch(/^failed local_limit/);
    expect(bench.clock.now()).toBeLessThan(120_000);
  });
});
