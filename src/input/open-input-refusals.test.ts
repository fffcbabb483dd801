// What is refused before anything is sent, and what the refusal says.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { openInput } from './open-input.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyfetch-refusals-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function refusal(name: string, content: string | Buffer | null, format?: string): Promise<UsageError> {
  const path = join(folder, name);
  if (content !== null) await writeFile(path, content);
  const outcome = await openInput(format === undefined ? { path } : { path, format }).catch((error: unknown) => error);
  if (!(outcome instanceof UsageError)) throw new Error(`${name} was not refused: ${String(outcome)}`);
  return outcome;
}

const pretty = JSON.stringify({ url: 'https://example.com/' }, null, 2);
const zip = (name: string): Buffer => Buffer.from(`PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0${name}`, 'latin1');
const tar = Buffer.concat([Buffer.from('a.txt'), Buffer.alloc(252), Buffer.from('ustar\x0000')]);

describe('an input is refused', () => {
  test.each<[name: string, content: string | Buffer, message: RegExp, hint: RegExp]>([
    ['gzip.jsonl', gzipSync('{}\n'), /looks like gzip data/, /\.gz/],
    ['zip.jsonl', zip('a.txt'), /looks like a zip archive/, /Unpack/],
    ['xlsx.csv', zip('[Content_Types].xml'), /looks like an Excel workbook/, /Export/],
    ['parquet.jsonl', Buffer.from('PAR1\x15\0\x15', 'latin1'), /looks like a Parquet file/, /Export/],
    ['tar.txt', tar, /looks like a tar archive/, /Unpack/],
    ['tar.txt.gz', gzipSync(tar), /looks like a tar archive/, /Unpack/],
    ['utf16.csv', Buffer.from('\ufeffid,name\n', 'utf16le'), /looks like UTF-16 text/, /iconv/],
    ['nul.jsonl', '{"a":1}\0\n', /NUL bytes/, /reads jsonl/],
    ['control.txt', '\x01\x02\x03\x04\x05abc', /control characters/, /reads jsonl/],
    [
      'first.jsonl',
      '{"a":1,"b":}\n{}\n',
      /first\.jsonl, line 1, column 12: not JSON: expected a value, found "}", in: {"a":1,"b":}/,
      /one JSON value a line/,
    ],
    ['array.jsonl', '[\n{}\n]', /line 1, column 2/, /--format json\b/],
    ['pretty.jsonl', pretty, /line 1, column 2/, /several lines/],
    ['csv.jsonl', 'id,name\n1,a\n', /line 1, column 1/, /--format csv/],
    ['list.jsonl', 'https://example.com/\n', /line 1, column 1/, /--format txt/],
    ['latin.csv', Buffer.from('id,name\n1,Zo\xeb\n', 'latin1'), /line 2, column 5: not UTF-8/, /iconv/],
    ['object.json', '{"a":1}', /line 1, column 1: expected "\["/, /--format jsonl/],
    ['broken.json', '[{"a":}]', /line 1, column 7: not JSON/, /Correct/],
    ['fields.csv', 'id,name\n1\n', /line 2, column 1: expected 2 fields as in the header, found 1, in: 1/, /.*/],
    ['double.csv', 'id,name,id\n', /columns 1 and 3 are both named "id"/, /name of its own/],
    ['unnamed.csv', 'id,,name\n', /column 2 has no name/, /name of its own/],
    ['semicolon.csv', 'id;name\n1;2\n', /one column/, /commas/],
    ['tabs.csv', 'id\tname\n1\t2\n', /one column/, /--format tsv/],
    ['quote.csv', 'id,"name\n1,2\n', /a quoted field is not closed/, /header/],
    ['plain.jsonl.gz', '{}\n', /cannot be read as gzip/, /not compressed/],
    ['plain.jsonl.zst', '{}\n', /cannot be read as zstd/, /not compressed/],
    ['plain.jsonl.br', '{}\n', /cannot be read as brotli/, /not compressed/],
    ['data.xml', '<a/>', /extension \.xml/, /--format: jsonl, csv, tsv, txt, json/],
    ['noextension', '{}', /does not say/, /--format/],
  ])('%s', async (name, content, message, hint) => {
    const error = await refusal(name, content);
    expect(error.code).toBe('bad_input');
    expect(error.message).toMatch(message);
    expect(error.hint ?? '').toMatch(hint);
  });

  test('when it is missing, naming what was probably meant', async () => {
    await writeFile(join(folder, 'orders.jsonl'), '');
    const error = await refusal('order.jsonl', null);
    expect(error.code).toBe('no_such_file');
    expect(error.hint).toContain(join(folder, 'orders.jsonl'));
    expect((await refusal('zzzzzzzz.jsonl', null)).hint).not.toContain('Did you mean');
    expect((await refusal('no-folder/a.jsonl', null)).message).toContain('no-folder does not exist');
  });

  test('when it is a folder, or --format is unknown', async () => {
    expect((await refusal('', null)).message).toContain('is a folder');
    expect((await refusal('a.jsonl', '{}', 'yaml')).code).toBe('bad_option');
  });

  test.skipIf(process.getuid?.() === 0)('when it may not be read', async () => {
    const path = join(folder, 'secret.jsonl');
    await writeFile(path, '{}\n');
    await chmod(path, 0);
    expect((await refusal('secret.jsonl', null)).code).toBe('unreadable');
  });
});

test('--format overrides the extension', async () => {
  const path = join(folder, 'data.log');
  await writeFile(path, gzipSync('id\n7\n'));
  const reader = await openInput({ path, format: 'csv.gz' });
  for await (const { records } of reader.batches()) expect(records).toMatchObject([{ value: { id: '7' }, line: 2 }]);
  expect(reader.header).toBe('id');
});

test.each(['a.jsonl', 'a.csv', 'a.tsv', 'a.txt', 'a.json'])('an empty %s has no records', async (name) => {
  const path = join(folder, `empty-${name}`);
  for (const content of ['', '\ufeff', '\n', ' \n'.slice(name.endsWith('sv') ? 1 : 0)]) {
    await writeFile(path, content);
    const reader = await openInput({ path });
    for await (const batch of reader.batches()) expect(batch.records).toEqual([]);
  }
});
