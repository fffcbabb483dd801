import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getEventListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import type { BatchResult } from './result.ts';
import { runBatch } from './run-batch.ts';
import type { BatchProgress, RunBatchOptions } from './run-batch.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-'));
  target.reset();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run over so many records. */
function batch(records: number, path = '/hello/{{$index}}'): RunBatchOptions {
  const input = join(folder, 'in.jsonl');
  writeFileSync(input, Array.from({ length: records }, (_, n) => `{"id":"r${n}"}\n`).join(''));
  return { input, output: join(folder, 'out.jsonl'), url: target.url + path, concurrency: 4 };
}

/** Indexes in the output, sorted. */
function recorded(): number[] {
  const lines = readFileSync(join(folder, 'out.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { index: number }).index).toSorted((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

test('the outcome tells how it ended and what came of the records; the same call again sends nothing', async () => {
  const options = { ...batch(20, '/status/{{code}}'), retries: 0 };
  writeFileSync(
    options.input,
    upTo(20)
      .map((n) => `{"id":${n},"code":${n === 7 ? 404 : 200}}\n`)
      .join(''),
  );
  const results: BatchResult[] = [];
  const outcome = await runBatch({ ...options, onResult: (result) => void results.push(result) });
  expect(outcome).toMatchObject({
    kind: 'finished',
    error: null,
    counts: { ok: 19, failed: 1, unknown: 0, skipped: 0 },
  });
  expect(outcome.summary).toMatchObject({ input: options.input, output: options.output, total: 20 });
  expect(recorded()).toEqual(upTo(20));
  expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(upTo(20));
  const failed = results.find(({ result }) => result === 'failed');
  expect(failed).toMatchObject({ index: 7, id: '7', status: 404, error: { code: 'http_status' } });
  expect(await failed?.json()).toEqual({ status: 404 });
  const { total } = target.stats();
  const again = await runBatch(options);
  expect([again.kind, again.counts.ok, again.counts.failed]).toEqual(['already-finished', 19, 1]);
  expect(target.stats().total).toBe(total);
});

test('a record that the map module left out is told as ok without a status', async () => {
  const { url: _url, ...options } = batch(3);
  const map = join(folder, 'map.mjs');
  writeFileSync(map, `export default (r, { index }) => index === 1 ? null : { url: '${target.url}/hello/x' };`);
  const told: unknown[] = [];
  const outcome = await runBatch({
    ...options,
    map,
    onResult: ({ index, result, status }) => void told.push([index, result, status]),
  });
  expect(outcome.counts).toMatchObject({ ok: 3, skipped: 1 });
  expect(told).toContainEqual([1, 'ok', null]);
});

describe('a callback that fails', () => {
  test.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('my database is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('my database is down'))],
    ['rejects late', () => sleep(30).then(() => Promise.reject(new Error('my database is down')))],
  ])('%s: the run stops in good order, and can be resumed', async (_name, fail) => {
    const options = batch(200, '/delay/0.002?{{id}}');
    let told = 0;
    const onResult = (): void | Promise<void> => (++told === 3 ? fail() : undefined);
    await expect(runBatch({ ...options, onResult })).rejects.toThrow('my database is down');
    const before = recorded().length;
    expect(before).toBeLessThan(200);
    const { counts, kind } = await runBatch(options);
    expect([kind, counts.ok]).toEqual(['finished', 200]);
    expect(recorded()).toEqual(upTo(200));
    expect(target.stats().total).toBe(200);
  });

  test('is waited for, if it was begun', async () => {
    let done = 0;
    await runBatch({ ...batch(3), onResult: () => sleep(40).then(() => void done++) });
    expect(done).toBe(3);
  });

  test('onProgress stops it as well', async () => {
    const options: RunBatchOptions = {
      ...batch(3),
      onProgress: () => {
        throw new Error('no terminal');
      },
    };
    await expect(runBatch(options)).rejects.toThrow('no terminal');
  });
});

describe('a signal', () => {
  test('stops: what is in flight finishes, and the same call goes on', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const options = batch(100, '/delay/0.01?{{id}}');
    let told = 0;
    const onResult = (): void => {
      if (++told === 10) controller.abort();
    };
    const outcome = await runBatch({ ...options, signal, onResult });
    expect([outcome.kind, outcome.error]).toEqual(['stopped', null]);
    expect(outcome.counts.ok).toBeLessThanOrEqual(10 + 4);
    expect(outcome.counts.ok).toBe(told);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect((await runBatch(options)).counts.ok).toBe(100);
    expect(recorded()).toEqual(upTo(100));
    expect(target.stats().total).toBe(100);
  });

  test('given before sends nothing', async () => {
    const options = batch(5);
    const outcome = await runBatch({ ...options, signal: AbortSignal.abort() });
    expect([outcome.kind, outcome.counts.ok, target.stats().total]).toEqual(['stopped', 0, 0]);
    expect((await runBatch(options)).kind).toBe('finished');
  });
});

test('progress is told again and again, and at the end', async () => {
  const seen: BatchProgress[] = [];
  const options = batch(20, '/delay/0.02?{{id}}');
  await runBatch({ ...options, onProgress: (progress) => void seen.push(progress), progressEveryMs: 10 });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)).toMatchObject({ done: 20, total: 20, share: 1, etaMs: null, estimated: false });
  expect(seen.at(-1)?.statistics.settled.ok).toBe(20);
  const { length } = seen;
  await sleep(30);
  expect(seen).toHaveLength(length);
});

test.each<[object, string]>([
  [{ onResult: 'log' }, 'Expected `onResult` to be a function, got "log"'],
  [{ onProgress: 1 }, 'Expected `onProgress` to be a function, got 1'],
  [{ progressEveryMs: 0 }, 'Expected `progressEveryMs` to be a time from 1 ms up, in milliseconds, got 0'],
  [{ signal: true }, 'Expected `signal` to be an AbortSignal, got true'],
  [{ retries: -1 }, 'Expected `retries` to be a whole number from 0 up, got -1'],
])('%j is refused', async (wrong, message) => {
  const refused = runBatch({ ...batch(1), ...wrong });
  await expect(refused).rejects.toThrow(new UsageError('bad_option', message));
  expect(target.stats().total).toBe(0);
});

test('an input that is not there is refused', async () => {
  await expect(runBatch({ input: join(folder, 'nothing.jsonl') })).rejects.toMatchObject({ code: 'no_such_file' });
});
