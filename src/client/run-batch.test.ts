import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getEventListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
  const outcome = await runBatch({ ...options, onResult: (_, result) => void results.push(result) });
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
    onResult: (_, { index, result, status }) => void told.push([index, result, status]),
  });
  expect(outcome.counts).toMatchObject({ ok: 3, skipped: 1 });
  expect(told).toContainEqual([1, 'ok', null]);
});

test('a callback that fails stops it in good order', async () => {
  const options: RunBatchOptions = {
    ...batch(3),
    onProgress: () => {
      throw new Error('no terminal');
    },
  };
  await expect(runBatch(options)).rejects.toThrow('no terminal');
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
  [{ onResult: 1 }, 'Expected `onResult` to be a function, or the path or the URL of a module, got 1'],
  [{ hookThreads: 2 }, '`hookThreads` was given without `onResult`'],
  [{ hookConcurrency: 2 }, '`hookConcurrency` was given without `onResult`'],
  [
    { hookThreads: 1, onResult: () => 1 },
    '`hookThreads` needs `onResult` to be a module: a function of this process cannot be called in a thread',
  ],
  [{ onResult: 'hook.ts', hookThreads: 0 }, 'Expected `hookThreads` to be a whole number from 1 up, got 0'],
  [{ onProgress: 1 }, 'Expected `onProgress` to be a function, got 1'],
  [{ progressEveryMs: 0 }, 'Expected `progressEveryMs` to be a time from 1 ms to 24 days, in milliseconds, got 0'],
  [
    { progressEveryMs: Infinity },
    'Expected `progressEveryMs` to be a time from 1 ms to 24 days, in milliseconds, got Infinity',
  ],
  [{ signal: true }, 'Expected `signal` to be an AbortSignal, got true'],
  [{ retries: -1 }, 'Expected `retries` to be a whole number from 0 up, got -1'],
])('%j is refused', async (wrong, message) => {
  const refused = runBatch({ ...batch(1), ...wrong });
  await expect(refused).rejects.toMatchObject({ name: 'UsageError', code: 'bad_option', message });
  expect(target.stats().total).toBe(0);
});

test('what is wrong is told in the words of options', async () => {
  const refused = runBatch({ ...batch(1), url: undefined, map: join(folder, 'none.ts') });
  await expect(refused).rejects.toThrow(/^`map`: there is no file .*none\.ts$/);
  const untrusting = runBatch({ ...batch(1), cacert: join(folder, 'none.pem') });
  await expect(untrusting).rejects.toThrow(/^`cacert`: there is no file .*none\.pem$/);
  await runBatch(batch(1));
  const other = runBatch({ ...batch(1), url: `${target.url}/other` });
  await expect(other).rejects.toMatchObject({ hint: expect.stringContaining('add `fresh: true`') });
});

test('an input that is not there is refused', async () => {
  await expect(runBatch({ input: join(folder, 'nothing.jsonl') })).rejects.toMatchObject({ code: 'no_such_file' });
});
