// Hooks of runs over real sockets: what they are told, what becomes of what they give and throw, how they are bounded, stopped
// and run in threads.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

  test.runIf(where === 'in threads')('so is one that ends the thread', async () => {
    const refused = runBatch(batch(3, { onResult: moduleOf('process.exit(3);'), ...threads }));
    await expect(refused).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringMatching(/ cannot be loaded: Thread \d died: exit code 3$/) as string,
    });
    expect(target.stats().total).toBe(0);
  });

  test('a module that is not there is refused', async () => {
    const refused = runBatch(batch(1, { onResult: join(folder, 'none.ts'), ...threads }));
    await expect(refused).rejects.toMatchObject({ code: 'no_such_file' });
  });
});

describe('threads', () => {
  test('one that dies fails its own record only, and its answer stays', async () => {
    const onResult = moduleOf(`export default ({ id }) => {
      if (Number(id.slice(1)) % 10 === 3) process.exit(7);
      return id;
    };`);
    const outcome = await runBatch(batch(60, { onResult, hookThreads: 2, concurrency: 30 }));
    expect(outcome.counts).toMatchObject({ ok: 54, failed: 6 });
    const failed = rows().filter(({ result }) => result !== 'ok');
    expect(failed.map(({ index }) => index)).toEqual([3, 13, 23, 33, 43, 53]);
    for (const { error, status } of failed) {
      expect([error?.code, status]).toEqual(['callback_error', 200]);
      expect(error?.message).toMatch(/^the hook did not end: Thread \d+ died: exit code 7\./);
    }
    expect(rows()[4]?.extracted).toBe('r4');
  });

  test('a hook that blocks does not hold up the event loop', async () => {
    const onResult = moduleOf(`export default () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    };`);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const outcome = await runBatch(batch(12, { onResult, hookThreads: 2 }));
    clearInterval(timer);
    expect(outcome.counts.ok).toBe(12);
    // 12 x 50 ms over two threads are 300 ms; a loop that waited for them would have looked up a few times.
    expect(ticks).toBeGreaterThan(20);
  });

  test('a hook that never pauses is given up with its thread; what was answered is kept', async () => {
    const onResult = moduleOf('export default () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
    const options = batch(30, { onResult, hookThreads: 1, delivery: 'at-most-once', method: 'POST', graceMs: 200 });
    const stop = new AbortController();
    const running = runBatch({ ...options, signal: stop.signal });
    await until(() => target.stats().total >= 8);
    stop.abort();
    const { kind, counts } = await running;
    const { total } = target.stats();
    expect([kind, counts]).toMatchObject(['stopped', { ok: 0, failed: total, unknown: 0 }]);
    expect(rows().every(({ error, status }) => error?.code === 'callback_error' && status === 200)).toBe(true);
  });

  test('rows of CSV and binary bodies arrive there as they are', async () => {
    const input = join(folder, 'in.csv');
    writeFileSync(input, 'name,n\n"a,""é€",1\n');
    const onResult = moduleOf(`export default async (record, result) => ({
      record, at: result.index, bytes: [...await result.bytes()].length, text: (await result.text()).slice(0, 9), url: result.url
    });`);
    const url = `${target.url}/hello/{{n}}`;
    const output = join(folder, 'out.csv');
    expect((await runBatch({ input, output, url, onResult, hookThreads: 1 })).counts.ok).toBe(1);
    const [header = '', row = ''] = readFileSync(output, 'utf8').split('\n');
    expect(header).toMatch(/,extracted$/);
    const extracted = JSON.parse(/,"(\{""record.*)"$/.exec(row)?.[1]?.replaceAll('""', '"') ?? '') as object;
    expect(extracted).toMatchObject({ record: { name: 'a,"é€', n: '1' }, at: 0, text: '{"hello":' });
  });
});

describe('a function', () => {
  test('may be asynchronous: so many go on at once, and no request is started while they do', async () => {
    let going = 0;
    let most = 0;
    const held: (() => void)[] = [];
    const onResult = async (): Promise<number> => {
      most = Math.max(most, ++going);
      await new Promise<void>((resolve) => held.push(resolve));
      return --going;
    };
    const run = runBatch(batch(60, { onResult, hookConcurrency: 5, concurrency: 8 }));
    await until(() => held.length === 5);
    await sleep(50);
    // Those that were in flight when the fifth came have been answered, and no others.
    const { total } = target.stats();
    expect([most, total < 5 + 8]).toEqual([5, true]);
    let isOver = false;
    void run.then(() => (isOver = true));
    await until(() => {
      held.splice(0).forEach((resolve) => resolve());
      return isOver;
    });
    expect([(await run).counts.ok, most]).toEqual([60, 5]);
    expect(rows().map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('sees the body whatever is recorded of it, and what was skipped or cannot be read', async () => {
    const map = join(folder, 'map.mjs');
    writeFileSync(map, `export default ({ id }) => id === 'r1' ? null : { url: '${target.url}/hello/x' };`);
    const told = new Map<string, unknown>();
    const onResult = async (record: Line, result: { status: number | null; text: () => Promise<string> }) => {
      told.set(record.id, [result.status, (await result.text()).slice(0, 5)]);
    };
    const { url: _, ...options } = batch(2, { body: 'none', onResult });
    await runBatch({ ...options, map });
    expect(Object.fromEntries(told)).toEqual({ r0: [200, '{"hel'], r1: [null, ''] });
    expect(rows()[0]?.body).toBe(undefined);
  });

  test('results wait for it in the order of the input, and bodies go to their files', async () => {
    const options = batch(20, {
      onResult: slowFirst,
      order: 'input',
      bodies: join(folder, 'bodies'),
      hookConcurrency: 30,
    });
    expect((await runBatch(options)).counts.ok).toBe(20);
    const lines = readFileSync(options.output ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Row).extracted)).toEqual(
      Array.from({ length: 20 }, (_, n) => `r${n}`),
    );
    expect(readFileSync(join(folder, 'bodies/00000/00000007.json'), 'utf8')).toContain('200');
  });
});

describe('a run that is stopped', () => {
  test('lets hooks end, and goes on with the rest', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const onResult = async ({ id }: Line): Promise<string> => {
      if (told.push(id) === 5) stop.abort();
      await sleep(20);
      return id;
    };
    const options = batch(60, { onResult, signal: stop.signal });
    const first = await runBatch(options);
    expect([first.kind, first.counts.ok]).toEqual(['stopped', told.length]);
    expect(rows().every(({ extracted, id }) => extracted === id)).toBe(true);
    const { signal: _, ...again } = options;
    expect((await runBatch(again)).counts.ok).toBe(60);
    expect(new Set(told).size).toBe(60);
    expect(told).toHaveLength(60);
    expect(target.stats().total).toBe(60);
  });

  test.each(['at-most-once', 'at-least-once'] as const)(
    'keeps what was answered if they do not end: %s',
    async (delivery) => {
      const stop = new AbortController();
      const told: string[] = [];
      const onResult = async ({ id }: Line): Promise<void> => {
        if (told.push(id) === 3) stop.abort();
        await new Promise(() => undefined);
      };
      const options = batch(40, {
        onResult,
        signal: stop.signal,
        graceMs: 200,
        delivery,
        method: 'POST',
        hookConcurrency: 3,
      });
      const first = await runBatch(options);
      const sent = target.stats().total;
      expect([first.kind, first.counts]).toMatchObject(['stopped', { ok: 0, failed: sent, unknown: 0 }]);
      const messages = rows().map(({ error, status }) => [error?.code, status, error?.message.split('.')[0]]);
      const [notEnded, notCalled] = ['had not ended', 'had not been called'].map(
        (what) => `the hook ${what} when the run was stopped`,
      );
      expect(messages.filter(([, , message]) => message === notEnded)).toHaveLength(3);
      expect(messages.filter(([, , message]) => message === notCalled)).toHaveLength(sent - 3);
      expect(messages.every(([code, status]) => code === 'callback_error' && status === 200)).toBe(true);
      // Without a hook this time: that is no other run.
      const { signal: _signal, onResult: _hook, hookConcurrency: _most, ...without } = options;
      const second = await runBatch(without);
      expect(second.counts).toMatchObject({ ok: 40 - sent, failed: sent, unknown: 0 });
      expect(target.stats().total).toBe(40);
    },
  );
});

async function slowFirst({ id }: Line): Promise<string> {
  await sleep(id === 'r0' ? 60 : 1);
  return id;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}
