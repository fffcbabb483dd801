// What is written in any format, compression and cut of blocks is read back; and from every batch's
// end, the rest is the same. The seed of a failing case is printed by fast-check.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openInput } from './open-input.ts';
import type { InputBatch, InputRecord, RecordReader } from './reader.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

const compress: Record<string, (data: Buffer) => Buffer> = {
  '': (data) => data,
  '.gz': (data) => gzipSync(data, { level: 1 }),
  '.zst': (data) => zstdCompressSync(data),
  '.br': (data) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
};

const shape = fc.record({
  blockBytes: fc.integer({ min: 1, max: 60 }),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\ufeff'),
  lastLineEnd: fc.boolean(),
  compression: fc.constantFrom(...Object.keys(compress)),
  settled: fc.func(fc.boolean()),
});

interface Written {
  readonly extension: string;
  readonly lines: readonly string[];
  readonly values: readonly unknown[];
}

const quoted = (field: string): string => (/[",\t\r\n]|^$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
const field = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', '\u{1f600}', ' ', '\t') }),
  fc.string(),
);

function delimited(extension: string, delimiter: string): fc.Arbitrary<Written> {
  return fc.array(fc.record({ id: field, ñame: field, c: field })).map((values) => ({
    extension,
    lines: [
      ['id', 'ñame', 'c'].join(delimiter),
      ...values.map((row) => Object.values(row).map(quoted).join(delimiter)),
    ],
    values,
  }));
}

const url = fc.webUrl({ withQueryParameters: true });
const written: fc.Arbitrary<Written> = fc.oneof(
  fc
    .array(fc.jsonValue())
    .map((values) => ({ extension: '.jsonl', lines: values.map((value) => JSON.stringify(value)), values })),
  delimited('.csv', ','),
  delimited('.tsv', '\t'),
  fc
    .array(url)
    .map((urls) => ({ extension: '.txt', lines: ['# list', ...urls, ''], values: urls.map((one) => ({ url: one })) })),
  fc.tuple(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1)).map(([values, indent]) => ({
    extension: '.json',
    lines: JSON.stringify(values, null, indent).split('\n'),
    values,
  })),
);

async function batchesOf(reader: RecordReader, ...from: Parameters<RecordReader['batches']>): Promise<InputBatch[]> {
  const batches: InputBatch[] = [];
  for await (const batch of reader.batches(...from)) batches.push(batch);
  return batches;
}

function recordsOf(batches: readonly InputBatch[]): InputRecord[] {
  return batches.flatMap((batch) => batch.records);
}

/** What is known of a record: whether its line was parsed for it, or only looked over, differs from reading to reading. */
function known(record: InputRecord): object {
  if (record.kind !== 'record') return record;
  const { index, line, text, value } = record;
  return { index, line, text, value };
}

describe('every format', () => {
  test('is read back as it was written, from the start and from every position', async () => {
    let files = 0;
    const property = fc.asyncProperty(written, shape, async ({ extension, lines, values }, how) => {
      const path = join(folder, `${files++}${extension}${how.compression}`);
      const text = how.mark + lines.join(how.lineEnd) + (how.lastLineEnd ? how.lineEnd : '');
      const data = Buffer.from(text);
      await writeFile(path, compress[how.compression]?.(data) ?? data);
      const reader = await openInput({ path, blockBytes: how.blockBytes });

      const batches = await batchesOf(reader);
      const records = recordsOf(batches);
      expect(records.map((record) => (record.kind === 'record' ? record.value : record.error.message))).toEqual(
        extension === '.jsonl' || extension === '.json' ? (JSON.parse(JSON.stringify(values)) as unknown) : values,
      );
      expect(records.map((record) => record.index)).toEqual(values.map((_, index) => index));
      expectWholeChain(batches, data.length);

      for (const { end } of batches) {
        const rest = recordsOf(await batchesOf(reader, end));
        expect(rest.map(known)).toEqual(records.slice(end.index).map(known));
      }
      const unsettled = recordsOf(await batchesOf(reader, undefined, how.settled));
      expect(unsettled.map(known)).toEqual(records.filter((record) => !how.settled(record.index)).map(known));
      expect(reader.header).toBe(extension === '.csv' || extension === '.tsv' ? lines[0] : null);
      await rm(path);
    });
    await fc.assert(property, { numRuns: 120 });
  });
});

/** Each batch begins where the one before ended, and lies where its records are. */
function expectWholeChain(batches: readonly InputBatch[], totalBytes: number): void {
  let end = { index: 0, line: 1, byte: 0 };
  for (const batch of batches) {
    expect(batch.start).toEqual(end);
    expect(batch.end.byte).toBeGreaterThan(batch.start.byte);
    expect(batch.end.index - batch.start.index).toBe(batch.records.length);
    end = batch.end;
  }
  expect(end.byte).toBeLessThanOrEqual(totalBytes);
}
