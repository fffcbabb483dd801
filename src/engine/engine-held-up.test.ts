// What holds one record up must not hold up another, for longer than it has to, or without a word.

import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer } from '../testing/fake-transport.ts';

const refused: FakeAnswer = { status: null, ends: 'connect_refused' };

test('a pause during an outage is no part of it: on resuming a probe is waited for', async () => {
  const bench = new EngineBench({
    records: 300,
    sitsOutOutages: true,
    policy: { maxOutageMs: 60_000 },
    script: (_request, { atMs }) => (atMs >= 100 && atMs < 50_000 ? refused : { headMs: 10 }),
  });
  bench.start();
  await bench.untilMs(20_000);
  bench.engine.pause();
  await bench.untilMs(4_000_000);
  bench.engine.resume();
  await bench.finish();
  expect([...bench.recorder.results.values()].filter(({ result }) => result !== 'ok')).toEqual([]);
});

test('what an answer gives back of the cost is of use at once', async () => {
  const bench = new EngineBench({
    records: 200,
    concurrency: 20,
    plan: (index) => {
      const plan = planned(index, `http://a.test/${index}`);
      return plan.kind === 'request' ? { ...plan, cost: 4000 } : plan;
    },
    engine: { costOf: () => 100 },
    rate: { count: 90_000, perMs: 60_000, unit: 'cost' },
    script: () => ({ headMs: 500 }),
  });
  await bench.run();
  // 20,000 tokens at 90,000 a minute take 13.3 s. One request at a time would be known to fit: 200 times 0.5 s.
  expect(bench.clock.now()).toBeLessThan(120_000);
});

test('an absurd cost that an answer names ends nothing', async () => {
  const bench = new EngineBench({
    records: 50,
    concurrency: 1,
    engine: { costOf: () => (bench.recorder.results.size === 5 ? 1e15 : 1) },
    rate: { count: 100, perMs: 1000, unit: 'cost' },
    script: () => ({ headMs: 1 }),
  });
  await bench.run();
  expect(bench.recorder.results.size).toBe(50);
  expect(bench.clock.now()).toBeLessThan(15_000);
});

test('retries that wait for their budget hold up no other origin, nor what is new, and it is told', async () => {
  let count = 0;
  const bench = new EngineBench({
    records: 4000,
    concurrency: 50,
    batchSize: 100,
    sitsOutOutages: true,
    engine: { maxAhead: 200 },
    plan: (index) => planned(index, `http://${index % 2 === 0 ? 'a' : 'b'}.test/${index}`),
    script: ({ origin }) => ({ headMs: 10, status: origin === 'http://a.test' && count++ % 10 !== 0 ? 500 : 200 }),
  });
  bench.start();
  await bench.untilMs(5_000);
  expect(bench.events.settledIndexes.filter((index) => index % 2 === 1)).toHaveLength(2000);
  await bench.untilMs(20_000);
  expect(bench.events.waits.at(-1)?.wait).toMatchObject({ origin: 'http://a.test', reason: 'retries' });
  bench.engine.kill();
});

test('a drain leaves out what a map module was still at', async () => {
  const bench = new EngineBench({
    records: 100,
    batchSize: 200,
    plan: (index) =>
      new Promise((resolve) => {
        bench.clock.setTimer(1000, () => resolve(planned(index, `http://a.test/${index}`)));
      }),
    script: () => ({ headMs: 10 }),
  });
  bench.start();
  await bench.untilMs(500);
  bench.engine.drain();
  expect(await bench.finish()).toEqual({ kind: 'stopped' });
  expect(bench.transport.sendings).toEqual([]);
});

test('an outage is told for as long as it lasts, also while it is being asked whether it is over', async () => {
  const bench = new EngineBench({
    records: 100,
    sitsOutOutages: true,
    engine: { timeoutMs: 5000 },
    script: (_request, { atMs }) => (atMs < 200_000 ? { status: null, ends: 'never' } : { headMs: 10 }),
  });
  bench.start();
  await bench.untilMs(60_000);
  const told = bench.events.waits.at(-1)?.wait;
  expect(told).toMatchObject({ reason: 'outage', detail: 'no answer in time' });
  const from = bench.events.waits.length;
  await bench.untilMs(150_000);
  expect(bench.events.waits.slice(from).filter(({ wait }) => wait === null)).toEqual([]);
  expect(bench.events.waits.slice(from).some(({ wait }) => wait?.untilMs === Infinity)).toBe(true);
  await bench.finish();
  expect(bench.events.waits.at(-1)?.wait).toBe(null);
});
