// The engine on a clock that stands still: records come in, results come out, each exactly once.

import { describe, expect, test } from 'vitest';
import { RecordError } from '../errors.ts';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer } from '../testing/fake-transport.ts';

const indexOf = (path: string): number => Number(path.slice(1));

describe('the line', () => {
  test('every record is sent once and settled once, with its own answer', async () => {
    const bench = new EngineBench({ records: 57, script: ({ path }) => ({ headMs: 5, body: ['body of ', path] }) });
    expect(await bench.run()).toEqual({ kind: 'finished' });
    expect(bench.transport.sendings).toHaveLength(57);
    for (let index = 0; index < 57; index++) {
      expect(bench.recorder.results.get(index)).toMatchObject({
        index,
        id: `r${index}`,
        result: 'ok',
        attempts: 1,
        ms: 5,
        method: 'GET',
        url: `http://a.test/${index}`,
        finalUrl: null,
        answer: { status: 200, body: Buffer.from(`body of /${index}`) },
      });
    }
    expect(bench.events.settledIndexes.toSorted((a, b) => a - b)).toEqual(
      [...bench.recorder.results.keys()].sort((a, b) => a - b),
    );
    expect(bench.engine.readAhead.isAll).toBe(true);
  });

  test('an empty input is finished at once', async () => {
    const bench = new EngineBench({ records: 0, script: () => ({}) });
    expect(await bench.run()).toEqual({ kind: 'finished' });
    expect(bench.transport.sendings).toEqual([]);
  });

  test('the recorder learns where each batch begins', async () => {
    const bench = new EngineBench({ records: 25, batchSize: 10, script: () => ({}) });
    await bench.run();
    expect(bench.recorder.positions.map(({ index }) => index)).toEqual([0, 10, 20]);
  });

  test('records from the end index on are left alone', async () => {
    const bench = new EngineBench({ records: 100, script: () => ({}), engine: { endIndex: 13 } });
    expect(await bench.run()).toEqual({ kind: 'finished' });
    expect([...bench.recorder.results.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    expect(bench.engine.readAhead.isAll).toBe(true);
  });

  test('as many are in flight as permits allow, no more and no fewer', async () => {
    const bench = new EngineBench({ records: 40, concurrency: 8, script: () => ({ headMs: 100 }) });
    await bench.run();
    expect(bench.transport.most).toBe(8);
    expect(bench.clock.now()).toBe(500);
  });

  test('1,000 origins have a lane each', async () => {
    const bench = new EngineBench({
      records: 2000,
      concurrency: 500,
      perOrigin: 1,
      batchSize: 500,
      plan: (index) => planned(index, `http://host-${index % 1000}.test/${index}`),
      script: () => ({ headMs: 10 }),
    });
    expect(await bench.run()).toEqual({ kind: 'finished' });
    expect(bench.recorder.results.size).toBe(2000);
    expect([...bench.transport.mostInFlight.values()].filter((most) => most !== 1)).toEqual([]);
    expect(bench.transport.mostInFlight.size).toBe(1000);
    expect(bench.transport.most).toBe(500);
  });
});

describe('what a planner may say', () => {
  test('bad records, failures, skips and requests: one result each', async () => {
    const bench = new EngineBench({
      records: 4,
      bad: (index) =>
        index === 0
          ? { kind: 'bad', index, line: 1, text: '{', error: new RecordError('bad_record', 'not JSON') }
          : null,
      plan: (index) => {
        if (index === 1) return { kind: 'bad', id: 'one', error: new RecordError('missing_field', 'no field x') };
        if (index === 2) return { kind: 'skip', id: 'two' };
        return planned(index, `http://a.test/${index}`);
      },
      script: () => ({}),
    });
    expect(await bench.run()).toEqual({ kind: 'finished' });
    expect(bench.stories()).toEqual(['failed bad_record x0', 'failed missing_field x0', 'ok skipped x0', 'ok 200 x1']);
    expect(bench.recorder.results.get(1)).toMatchObject({ id: 'one', url: null, ms: null, answer: null });
    expect(bench.recorder.results.get(2)).toMatchObject({ id: 'two', skipped: true });
    expect(bench.transport.sendings).toHaveLength(1);
  });

  test('promises are waited for, in whatever order they come', async () => {
    const later: (() => void)[] = [];
    const bench = new EngineBench({
      records: 6,
      plan: async (index) => {
        await new Promise<void>((resolve) => later.push(resolve));
        if (index === 4) return { kind: 'skip', id: null };
        if (index === 5) return { kind: 'bad', id: null, error: new RecordError('map_failed', 'it threw') };
        return planned(index, `http://a.test/${index}`);
      },
      script: () => ({}),
    });
    bench.start();
    await bench.untilMs(10);
    expect([later.length, bench.recorder.results.size, bench.end]).toEqual([6, 0, null]);
    for (const resolve of later.toReversed()) resolve();
    expect(await bench.finish()).toEqual({ kind: 'finished' });
    expect(bench.stories()).toEqual([...Array<string>(4).fill('ok 200 x1'), 'ok skipped x0', 'failed map_failed x0']);
  });

  test('a promise that rejects ends the run with its error', async () => {
    const bench = new EngineBench({ records: 1, plan: () => Promise.reject(new Error('a bug')), script: () => ({}) });
    expect(await bench.run()).toEqual({ kind: 'aborted', error: new Error('a bug') });
  });

  test("a record's own timeout comes before the run's", async () => {
    const bench = new EngineBench({
      records: 1,
      plan: (index) => planned(index, 'http://a.test/0', {}, 500),
      script: () => ({ status: null, ends: 'never' }),
      policy: { retries: 0 },
    });
    await bench.run();
    expect(bench.recorder.results.get(0)).toMatchObject({
      error: { code: 'timeout', message: 'no answer within 0.5 s. Raise --timeout if the server needs longer.' },
    });
    expect(bench.clock.now()).toBeGreaterThanOrEqual(500);
    expect(bench.clock.now()).toBeLessThan(520);
  });
});

describe('retries', () => {
  const retried: readonly (readonly [string, FakeAnswer, string])[] = [
    ['a status that is listed', { status: 503 }, 'failed http_status x4'],
    ['a lost connection', { status: null, ends: 'connection_closed' }, 'failed connection_closed x4'],
    ['a cut body', { body: ['x'], ends: 'body_cut' }, 'failed body_cut x4'],
    ['a refused connection', { ends: 'connect_refused' }, 'failed connect_refused x4'],
    ['too large a head', { status: null, ends: 'headers_too_large' }, 'failed headers_too_large x4'],
    ['a status that is not listed', { status: 404 }, 'failed http_status x1'],
    ['a certificate', { ends: 'tls_failed' }, 'failed tls_failed x1'],
    ['too large a body', { body: ['x'.repeat(1001)] }, 'failed body_too_large x1'],
  ];
  test.each(retried)('%s', async (_name, answer, story) => {
    const bench = new EngineBench({ records: 3, script: () => answer });
    await bench.run();
    expect(bench.stories()).toEqual([story, story, story]);
    const attempts = Number(story.at(-1));
    expect(bench.transport.sendings).toHaveLength(3 * attempts);
    expect(bench.events.delaysMs).toHaveLength(3 * (attempts - 1));
  });

  test('an attempt that succeeds at last counts those before it, and its own time', async () => {
    const bench = new EngineBench({
      records: 1,
      script: (_request, { count }) => (count < 2 ? { status: 500, headMs: 40 } : { status: 201, headMs: 7 }),
      policy: { random: () => 0.5 },
    });
    await bench.run();
    // Backoff: half of 500 ms, then half of 1 s.
    expect(bench.sentAtMs('/')).toEqual([0, 290, 830]);
    expect(bench.recorder.results.get(0)).toMatchObject({ result: 'ok', attempts: 3, ms: 7, waitMs: 750 });
    expect(bench.events.ended.map(({ outcome }) => outcome)).toEqual(['transient', 'transient', 'success']);
  });

  test('the answer of the last attempt is kept, not those before it', async () => {
    const bench = new EngineBench({
      records: 1,
      script: (_request, { count }) => ({ status: count === 0 ? 500 : 400, body: [`answer ${count}`] }),
    });
    await bench.run();
    expect(bench.recorder.results.get(0)).toMatchObject({
      result: 'failed',
      answer: { status: 400, body: Buffer.from('answer 1') },
      error: { code: 'http_status', message: 'the server answered 400' },
    });
  });

  test('what waits for another attempt lets others pass', async () => {
    const bench = new EngineBench({
      records: 30,
      concurrency: 1,
      script: ({ path }, { count }) => (indexOf(path) === 0 && count === 0 ? { status: 500 } : { headMs: 1 }),
      policy: { random: () => 0.999 },
    });
    await bench.run();
    expect(bench.recorder.story(0)).toBe('ok 200 x2');
    expect(bench.events.settledIndexes.at(-1)).toBe(0);
  });
});
