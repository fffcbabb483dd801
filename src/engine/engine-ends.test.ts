// How a run ends before its end: asked to stop, made to stop, or unable to go on.

import { expect, test } from 'vitest';
import { DiskError } from '../errors.ts';
import { EngineBench, planned } from '../testing/engine-bench.ts';

test('stop: what is in flight finishes, and nothing is started', async () => {
  const bench = new EngineBench({ records: 50, concurrency: 4, script: () => ({ headMs: 100 }) });
  bench.start();
  await bench.untilMs(250);
  expect(bench.engine.inFlight).toBe(4);
  bench.engine.stop();
  bench.engine.stop();
  expect(await bench.finish()).toEqual({ kind: 'stopped' });
  expect(bench.clock.now()).toBe(300);
  expect([bench.transport.sendings.length, bench.recorder.results.size]).toEqual([12, 12]);
  expect([bench.governor.statistics().inFlight, bench.clock.pending]).toEqual([0, 0]);
});

test('stop: what failed is not tried again, and stays open', async () => {
  const bench = new EngineBench({
    records: 4,
    concurrency: 4,
    script: ({ path }) => (path === '/2' ? { headMs: 100 } : { status: 500 }),
  });
  bench.start();
  await bench.untilMs(1);
  bench.engine.stop();
  expect(await bench.finish()).toEqual({ kind: 'stopped' });
  expect(bench.stories()).toEqual(['open', 'open', 'ok 200 x1', 'open']);
  expect(bench.transport.sendings).toHaveLength(4);
});

test('stop: what found a dead connection is still sent again, for it is in flight', async () => {
  const bench = new EngineBench({
    records: 3,
    concurrency: 1,
    script: (_request, { reused }) =>
      reused ? { status: null, headMs: 50, ends: 'connection_reset' } : { headMs: 10 },
  });
  bench.start();
  await bench.untilMs(20);
  bench.engine.stop();
  await bench.finish();
  expect(bench.stories()).toEqual(['ok 200 x1', 'ok 200 x1', 'open']);
});

test('stop: with nothing in flight the end comes at once, however long others would wait', async () => {
  const bench = new EngineBench({
    records: 10,
    concurrency: 1,
    script: () => ({ status: 429, headers: ['retry-after', '3000'] }),
  });
  bench.start();
  await bench.untilMs(1000);
  bench.engine.stop();
  expect(await bench.finish()).toEqual({ kind: 'stopped' });
  expect(bench.clock.now()).toBe(1000);
  expect(bench.clock.pending).toBe(0);
});

test('stop before the start', async () => {
  const bench = new EngineBench({ records: 10, script: () => ({}) });
  bench.engine.stop();
  expect(await bench.run()).toEqual({ kind: 'stopped' });
  expect(bench.transport.sendings).toEqual([]);
});

test('kill: what is in flight is cancelled and stays open; nothing happens after', async () => {
  const bench = new EngineBench({ records: 50, concurrency: 4, script: () => ({ headMs: 100 }) });
  bench.start();
  await bench.untilMs(150);
  bench.engine.stop();
  bench.engine.kill();
  expect(await bench.finish()).toEqual({ kind: 'stopped' });
  expect(bench.transport.statistics().inFlight).toBe(0);
  expect(bench.clock.pending).toBe(0);
  bench.clock.advance(60_000);
  expect([bench.recorder.results.size, bench.transport.sendings.length]).toEqual([4, 8]);
});

test('kill, at most once: what was announced and had not left is taken back, and nothing else', async () => {
  const bench = new EngineBench({
    records: 4,
    concurrency: 4,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: index === 3 ? 'GET' : 'POST' }),
    script: ({ path }) => {
      if (path === '/0' || path === '/3') return { connectMs: 10_000 };
      if (path === '/2') return { status: 307, headers: ['location', '/2/on'] };
      return path === '/2/on' ? { connectMs: 10_000 } : { headMs: 10_000 };
    },
    policy: { delivery: 'at-most-once' },
  });
  const takenBack: number[] = [];
  bench.recorder.wasNotSent = (index) => void takenBack.push(index);
  bench.start();
  await bench.untilMs(500);
  expect(bench.transport.sendings.map(({ request }) => request.path)).toContain('/2/on');
  bench.engine.kill();
  await bench.finish();
  expect([takenBack, bench.engine.inFlight]).toEqual([[0], 4]);
});

test('a result that cannot be recorded ends the run with the error, once', async () => {
  const bench = new EngineBench({ records: 20, concurrency: 4, script: () => ({ headMs: 10 }) });
  const failure = new DiskError('disk_full', 'no space left');
  bench.start();
  await bench.untilMs(15);
  bench.recorder.failure = failure;
  expect(await bench.finish()).toEqual({ kind: 'aborted', error: failure });
  expect(bench.clock.pending).toBe(0);
  bench.engine.kill();
  bench.engine.abort(new Error('later'));
  expect(bench.end).toEqual({ kind: 'aborted', error: failure });
  expect(bench.recorder.results.size).toBe(4);
});

test('what cannot be announced is not sent', async () => {
  const bench = new EngineBench({
    records: 3,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: 'POST' }),
    script: () => ({}),
    policy: { delivery: 'at-most-once' },
  });
  const failure = new DiskError('disk_failed', 'the journal cannot be written');
  bench.recorder.willSend = () => {
    throw failure;
  };
  expect(await bench.run()).toEqual({ kind: 'aborted', error: failure });
  expect(bench.transport.sendings).toEqual([]);
});

test('at most once: every POST is announced before it is sent, a GET is not', async () => {
  const early: string[] = [];
  const bench = new EngineBench({
    records: 6,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: index % 2 === 0 ? 'POST' : 'GET' }),
    script: ({ method, path }) => {
      const isAnnounced = bench.recorder.announced.flat().includes(Number(path.slice(1)));
      if (isAnnounced !== (method === 'POST')) early.push(path);
      return {};
    },
    policy: { delivery: 'at-most-once' },
  });
  await bench.run();
  expect(early).toEqual([]);
  expect(bench.recorder.announced.flat()).toEqual([0, 2, 4]);
});

test('at most once: a POST that an earlier process may have sent is unknown; a GET is sent', async () => {
  const bench = new EngineBench({
    records: 2,
    plan: (index) => planned(index, `http://a.test/${index}`, { method: index === 0 ? 'POST' : 'GET' }),
    script: () => ({}),
    policy: { delivery: 'at-most-once' },
  });
  bench.recorder.doubtful.add(0).add(1);
  await bench.run();
  expect(bench.stories()).toEqual(['unknown response_lost x1', 'ok 200 x1']);
  expect(bench.transport.sendings.map(({ request }) => request.method)).toEqual(['GET']);
});

test('an input that breaks off ends the run when all that was read before has its result', async () => {
  const records = [0, 1, 2].map((index) => ({
    kind: 'record' as const,
    index,
    line: index + 1,
    text: '{}',
    value: {},
  }));
  const start = { index: 0, line: 1, byte: 0 };
  async function* batches() {
    yield { records, start, end: { index: 3, line: 4, byte: 9 } };
    throw new Error('EIO');
  }
  const bench = new EngineBench({
    records: 0,
    concurrency: 1,
    plan: (index) => planned(index, `http://a.test/${index}`),
    script: () => ({ headMs: 100 }),
    engine: { batches: batches() },
  });
  expect(await bench.run()).toEqual({ kind: 'aborted', error: new Error('EIO') });
  expect([...bench.recorder.results.keys()]).toEqual([0, 1, 2]);
  expect(bench.clock.now()).toBe(300);
});

test('an input that cannot be read at all ends the run', async () => {
  const batches = { next: () => Promise.reject(new Error('EIO')) };
  const bench = new EngineBench({ records: 0, script: () => ({}), engine: { batches } });
  expect(await bench.run()).toEqual({ kind: 'aborted', error: new Error('EIO') });
});
