// What one module writes and the other reads back belongs together: any result is one row, and the
// scan finds in it what was put there.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Result } from '../http/result.ts';
import { anyResult, sampleFailed, sampleOk } from '../testing/sample-result.ts';
import { scanResults } from './scan-results.ts';
import type { ScanMode, ScannedRow, WholeRow } from './scan-results.ts';
import { createFormat } from './sink-format.ts';
import type { FormatName } from './sink-format.ts';

const folder = await mkdtemp(join(tmpdir(), 'manyfetch-'));
afterAll(() => rm(folder, { recursive: true }));

const bodyModes = fc.constantFrom('auto', 'text', 'base64', 'none', 'hash', 'file');

async function scan(text: string, format: FormatName, mode: ScanMode, blockBytes: number): Promise<ScannedRow[]> {
  const path = join(folder, `results.${format}`);
  await writeFile(path, text);
  const rows: ScannedRow[] = [];
  for await (const batch of scanResults(path, { format, mode, blockBytes })) rows.push(...batch);
  return rows;
}

function round(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}

/** The fields that both formats keep as they are. */
function keptFields(result: Result): object {
  return {
    index: result.index,
    result: result.result,
    status: result.answer?.status ?? null,
    attempts: result.attempts,
    ms: round(result.ms),
    waitMs: round(result.waitMs),
    at: new Date(Math.floor(result.atMs)).toISOString(),
    method: result.method,
    ...(result.id === null || result.id === '' ? {} : { id: result.id.toWellFormed() }),
    ...(result.finalUrl === null || result.finalUrl === '' ? {} : { finalUrl: result.finalUrl.toWellFormed() }),
    ...(result.result === 'ok'
      ? {}
      : { error: { code: result.error.code, message: result.error.message.toWellFormed() } }),
    ...(result.result === 'ok' && result.skipped ? { skipped: true } : {}),
  };
}

describe.each(['jsonl', 'csv'] as const)('any results as %s', (name) => {
  test('are one row each, and are found again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyResult, { maxLength: 5 }),
        bodyModes,
        fc.integer({ min: 1, max: 300 }),
        async (results, body, blockBytes) => {
          const format = createFormat(name, { body });
          const rows = results.map((result) => format.encode(result, '00000/a.bin'));
          const text = format.header + rows.join('');
          const full = await scan(text, name, 'full', blockBytes);
          let end = format.header.length;
          for (const [at, result] of results.entries()) {
            const start = end;
            end += Buffer.byteLength(rows[at] ?? '');
            expect(full[at]).toMatchObject({ problem: null, index: result.index, result: result.result, start, end });
            expect((full[at] as WholeRow).row).toMatchObject(keptFields(result));
          }
          expect(full).toHaveLength(results.length);
          const told = await scan(text, name, 'index', blockBytes);
          expect(told).toEqual(full.map((row) => ({ ...row, row: null })));
        },
      ),
    );
  });
});

test('any line of JSONL is one line, well-formed, and JSON', () => {
  fc.assert(
    fc.property(anyResult, bodyModes, (result, body) => {
      const line = createFormat('jsonl', { body }).encode(result, 'a.bin');
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line).not.toMatch(/\r/);
      expect(line.isWellFormed()).toBe(true);
      expect(line.slice(0, 9) + line.slice(-2)).toBe('{"index":}\n');
      const keys = Object.keys(JSON.parse(line) as object);
      expect(keys.filter((key) => key.startsWith('body')).length).toBeLessThanOrEqual(body === 'hash' ? 2 : 1);
      expect(keys.includes('headers')).toBe(result.answer !== null);
    }),
  );
});

test('a row does not depend on those before it', () => {
  const type = fc.constantFrom('application/json', 'text/plain; charset=iso-8859-1', 'image/png');
  const body = fc
    .constantFrom('{"a":1}', '{"a":2}', '{"a":\n1}', '{"é":1}', '{"a":', '')
    .map((text) => Buffer.from(text));
  const answer = fc
    .record({ status: fc.constantFrom(200, 404), type, id: fc.constantFrom('1', '2'), body })
    .map(({ status, type: value, id, body: bytes }) => ({
      status,
      headers: ['content-type', value, 'x', id],
      body: bytes,
    }));
  const target = { method: fc.constantFrom('GET', 'PUT', null), url: fc.constantFrom('http://a/', 'http://b/', null) };
  const changes = fc.record({ ...target, answer: fc.option(answer), attempts: fc.constantFrom(1, 2), atMs: fc.nat(3) });
  const anyAlike = fc
    .tuple(fc.boolean(), changes)
    .map(([isOk, change]) => (isOk ? sampleOk(change) : sampleFailed(change)));
  fc.assert(
    fc.property(
      fc.array(anyAlike, { maxLength: 12 }),
      fc.constantFrom('jsonl', 'csv'),
      bodyModes,
      (results, name, mode) => {
        const format = createFormat(name, { body: mode });
        for (const result of results)
          expect(format.encode(result)).toBe(createFormat(name, { body: mode }).encode(result));
      },
    ),
    { numRuns: 300 },
  );
});
