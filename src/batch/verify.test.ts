// What `verify` finds and `failed` writes, of runs that are real but for their network.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../concurrency/clock.ts';
import { UsageError } from '../errors.ts';
import { FakeTransport } from '../testing/fake-transport.ts';
import type { BatchOptions } from './options/batch-options.ts';
import { writeFailed } from './failed.ts';
import { startBatch } from './run-batch.ts';
import { verifyResults } from './verify.ts';

const jsonl = Array.from({ length: 20 }, (_, n) => `{"n": ${n}}\n`).join('');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-verify-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);

/** Runs an input of which every third record gets a 404, every seventh no answer; gives the path of its results. */
async function run(name: string, bytes: string | Buffer, options: Partial<BatchOptions> = {}): Promise<string> {
  writeFileSync(at(name), bytes);
  const transport = new FakeTransport(systemClock, ({ path }) => {
    const n = Number(path.slice(1));
    if (n % 7 === 0) return { status: null, ends: 'connect_refused' };
    return { status: n % 3 === 0 ? 404 : 200 };
  });
  const output = at('out.jsonl');
  const batch = await startBatch(
    { input: at(name), output, url: 'http://a.test/{{n}}', retries: 0, ...options },
    { transport, env: {} },
  );
  const { kind } = await batch.done;
  if (kind !== 'finished') throw new Error(kind);
  return output;
}

const notOk = (n: number): boolean => n % 3 === 0 || n % 7 === 0;

describe('verify', () => {
  test('what is complete is proved', async () => {
    const output = await run('in.jsonl', jsonl);
    expect(await verifyResults(output)).toMatchObject({
      ok: true,
      finished: true,
      records: 20,
      results: { ok: 11, failed: 9, unknown: 0 },
      missingCount: 0,
      duplicateCount: 0,
      brokenCount: 0,
      input: at('in.jsonl'),
    });
  });

  test('what is missing, doubled, foreign or broken is named', async () => {
    const output = await run('in.jsonl', jsonl, { concurrency: 1 });
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
    const [first = '', second = ''] = lines;
    const rest = lines.filter((_, index) => ![0, 4, 5].includes(index));
    const foreign = '{"index":20,"result":"ok"}';
    writeFileSync(output, [first, ...rest, second, foreign, '{"index":', ''].join('\n'));
    expect(await verifyResults(output)).toMatchObject({
      ok: false,
      missing: [4, 5],
      missingCount: 2,
      duplicates: [1, 20],
      duplicateCount: 2,
      broken: [{ line: 21, problem: 'not JSON' }],
      brokenCount: 1,
    });
  });

  test('of much that is wrong the first hundred are listed', async () => {
    const output = await run('in.jsonl', Array.from({ length: 300 }, (_, n) => `{"n":${n}}\n`).join(''));
    writeFileSync(output, '\n'.repeat(150));
    const proof = await verifyResults(output);
    expect([proof.missing.length, proof.missingCount, proof.broken.length, proof.brokenCount]).toEqual([
      100, 300, 100, 150,
    ]);
  });

  test('only the part that was asked for is to be there', async () => {
    const output = await run('in.jsonl', jsonl, { offset: 3, limit: 5 });
    expect(await verifyResults(output)).toMatchObject({ ok: true, records: 5, finished: true });
  });

  test('an input that is another one by now proves nothing; a copy does', async () => {
    const output = await run('in.jsonl', jsonl);
    writeFileSync(at('copy.jsonl'), jsonl);
    expect(await verifyResults(output, { input: at('copy.jsonl') })).toMatchObject({ ok: true });
    writeFileSync(at('in.jsonl'), jsonl.replace('7', '8'));
    expect(await messageOf(verifyResults(output))).toBe(
      `the input ${at('in.jsonl')} is not the one that these results were made from: its contents changed`,
    );
    expect(await messageOf(writeFailed(output, { output: at('again.jsonl') }))).toContain('its contents changed');
    expect(readdirSync(folder)).not.toContain('again.jsonl');
  });
});

describe('failed', () => {
  test.each([
    ['in.jsonl', jsonl, linesOf((n) => `{"n": ${n}}\n`)],
    ['in.jsonl.gz', gzipSync(jsonl), linesOf((n) => `{"n": ${n}}\n`)],
    [
      'in.csv',
      `n,t\n${linesOf(
        (n) => `${n},"a\nb"\n`,
        () => true,
      )}`,
      `n,t\n${linesOf((n) => `${n},"a\nb"\n`)}`,
    ],
    [
      'in.json',
      `[${linesOf(
        (n) => `{"n": ${n}}${n === 19 ? ']' : ','}`,
        () => true,
      )}`,
      `[\n${linesOf((n) => `{"n": ${n}}\n`)
        .trimEnd()
        .replaceAll('\n', ',\n')}\n]\n`,
    ],
  ])('%s: in its own format', async (name, bytes, expected) => {
    const output = await run(name, bytes);
    const again = at('again');
    expect(await writeFailed(output, { output: again })).toEqual({ written: 9, output: again });
    expect(readFileSync(again, 'utf8')).toBe(expected);
  });

  test('only some codes, or none of them', async () => {
    const output = await run('in.jsonl', jsonl);
    expect(await writeFailed(output, { output: at('a'), onlyCodes: ['connect_refused'] })).toMatchObject({
      written: 3,
    });
    expect(readFileSync(at('a'), 'utf8')).toBe('{"n": 0}\n{"n": 7}\n{"n": 14}\n');
    expect(await writeFailed(output, { output: at('b'), onlyCodes: ['timeout'] })).toMatchObject({ written: 0 });
  });

  test('a row of a record that cannot be is no trouble', async () => {
    const output = await run('in.jsonl', jsonl);
    writeFileSync(output, '{"index":9007199254740991,"result":"failed"}\n');
    expect(await writeFailed(output, { output: at('a') })).toMatchObject({ written: 0 });
  });

  test('what exists is left alone, a folder that does not is named', async () => {
    const output = await run('in.jsonl', jsonl);
    expect(await messageOf(writeFailed(output, { output: at('in.jsonl') }))).toBe(`${at('in.jsonl')} exists`);
    expect(await messageOf(writeFailed(output, { output: at('no/a') }))).toBe(
      `the folder ${at('no')} of the output ${at('no/a')} does not exist`,
    );
  });

  test('a reader that goes away has had enough; an output that is full is an error', async () => {
    const output = await run('in.jsonl', jsonl);
    expect(await writeFailed(output, { stdout: failing('EPIPE') })).toEqual({ written: 0, output: '-' });
    await expect(writeFailed(output, { stdout: failing('ENOSPC') })).rejects.toMatchObject({ code: 'disk_full' });
  });
});

function linesOf(line: (n: number) => string, is = notOk): string {
  return Array.from({ length: 20 }, (_, n) => (is(n) ? line(n) : '')).join('');
}

function failing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((reason: unknown) => reason);
  return error instanceof UsageError ? error.message : String(error);
}
