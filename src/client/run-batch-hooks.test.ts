// Hooks of runs over real sockets: what they are told, what becomes of what they give and throw, how they are bounded, stopped
// and run in threads.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { runBatch } from './run-batch.ts';
import type { RunBatchOptions } from './run-batch.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-hooks-'));
  target.reset();
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly index: number;
  readonly id?: string;
  readonly result: string;
  readonly status: number | null;
  readonly error?: { readonly code: string; readonly message: string };
  readonly body?: unknown;
  readonly extracted?: unknown;
}

interface Line {
  readonly id: string;
  readonly status?: number;
}

/** A run over records, each with an id; a `status` is asked for. */
function batch(records: readonly Line[] | number, changes: Partial<RunBatchOptions<Line>> = {}): RunBatchOptions<Line> {
  const input = join(folder, 'in.jsonl');
  const lines = typeof records === 'number' ? Array.from({ length: records }, (_, n) => ({ id: `r${n}` })) : records;
  writeFileSync(input, lines.map((line) => `${JSON.stringify({ status: 200, ...line })}\n`).join(''));
  const url = `${target.url}/status/{{status}}?{{id}}`;
  return { input, output: join(folder, 'out.jsonl'), url, concurrency: 4, retries: 0, ...changes };
}

function rows(name = 'out.jsonl'): Row[] {
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row).toSorted((a, b) => a.index - b.index);
}

/** A module for threads, or for the command. */
function moduleOf(code: string): URL {
  const path = join(folder, 'hook.mts');
  writeFileSync(path, code);
  return pathToFileURL(path);
}

describe.each(['in the process', 'in threads'])('%s', (where) => {
  const threads = where === 'in threads' ? { hookThreads: 2 } : {};

  test('each record is told once, and what is returned is recorded', async () => {
    const onResult = moduleOf(`
      import { appendFileSync } from 'node:fs';
      export default async (record, result) => {
        appendFileSync(${JSON.stringify(join(folder, 'told'))}, result.index + '\\n');
        if (record === undefined) return;
        if (record.id === 'r2') return undefined;
        const { status } = await result.json();
        return { id: record.id, big: record.big, status, result: result.result, type: result.headers.get('content-type') };
      };`);
    const options = batch([{ id: 'r0' }, { id: 'r1', status: 404 }, { id: 'r2' }, { id: 'r3' }], {
      onResult,
      ...threads,
    });
    writeFileSync(options.input, `${readFileSync(options.input, 'utf8')}{"id":"é€","status":200}\n{"id":\n`);
    const outcome = await runBatch(options);
    expect([outcome.kind, outcome.counts]).toMatchObject(['finished', { ok: 4, failed: 2 }]);
    const told = readFileSync(join(folder, 'told'), 'utf8').trim().split('\n').map(Number);
    expect(told.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    const type = 'application/json';
    expect(rows().map(({ extracted }) => extracted)).toEqual([
      { id: 'r0', status: 200, result: 'ok', type },
      { id: 'r1', status: 404, result: 'failed', type },
      undefined,
      { id: 'r3', status: 200, result: 'ok', type },
      { id: 'é€', status: 200, result: 'ok', type },
      undefined,
    ]);
    expect((await runBatch(options)).kind).toBe('already-finished');
    expect(readFileSync(join(folder, 'told'), 'utf8').trim().split('\n')).toHaveLength(6);
  });

  test('what is thrown is recorded, and the answer stays', async () => {
    const onResult = moduleOf(`export default (record) => {
      if (record.id === 'r0') throw new TypeError('no such price');
      if (record.id === 'r1') return Promise.reject('late');
      if (record.id === 'r2') return 1n;
      if (record.id === 'r3') return () => 1;
      throw new Error('besides');
    };`);
    const lines = [{ id: 'r0' }, { id: 'r1' }, { id: 'r2' }, { id: 'r3' }, { id: 'r4', status: 500 }];
    const outcome = await runBatch(batch(lines, { onResult, ...threads }));
    expect(outcome.counts).toMatchObject({ ok: 0, failed: 5 });
    expect(outcome.summary.statistics.resultFailures).toMatchObject([
      { kind: 'callback_error', count: 4 },
      { kind: '500', count: 1 },
    ]);
    const found = rows();
    expect(found.map(({ status, body }) => [status, body])).toEqual(
      [200, 200, 200, 200, 500].map((status) => [status, { status }]),
    );
    const advice = 'What was answered stands here: `manyfetch failed --except callback_error` does not send it again';
    expect(found.slice(0, 4).map(({ error }) => error?.message)).toEqual([
      `the hook threw TypeError: no such price. ${advice}`,
      `the hook threw late. ${advice}`,
      `the hook returned what JSON cannot hold: TypeError: Do not know how to serialize a BigInt. ${advice}`,
      `the hook returned what JSON cannot hold: a function. ${advice}`,
    ]);
    expect(found[4]?.error).toEqual({
      code: 'http_status',
      message: 'the server answered 500; besides, the hook threw Error: besides',
    });
  });

  test.each([
    ['export default 1;', / has no function as its default export$/],
    ['export const x = 1;', / has no function as its default export$/],
    ['throw new Error("no database");', / cannot be loaded: Error: no database$/],
  ])('a module that cannot be used is refused before anything is sent: %s', async (code, message) => {
    const refused = runBatch(batch(3, { onResult: moduleOf(code), ...threads }));
    await expect(refused).rejects.toMatchObject({
      name: 'UsageError',
      code: 'bad_option',
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining('export default') as string,
    });
    expect(target.stats().total).toBe(0);
  });

  test('a module that is not there is refused', async () => {
    const refused = runBatch(batch(1, { onResult: join(folder, 'none.ts'), ...threads }));
    await expect(refused).rejects.toMatchObject({ code: 'no_such_file' });
  });
});
