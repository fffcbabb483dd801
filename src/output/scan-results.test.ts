import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sampleAnswer, sampleFailed, sampleOk } from '../testing/sample-result.ts';
import { scanResults } from './scan-results.ts';
import type { ScannedRow, ScanOptions } from './scan-results.ts';
import { createFormat } from './sink-format.ts';

const folder = await mkdtemp(join(tmpdir(), 'manyfetch-'));
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'results');

async function rowsOf(file: string, options: ScanOptions): Promise<ScannedRow[]> {
  const rows: ScannedRow[] = [];
  for await (const batch of scanResults(file, options)) rows.push(...batch);
  return rows;
}

async function scan(content: string | Buffer, options: ScanOptions): Promise<ScannedRow[]> {
  await writeFile(path, content);
  return rowsOf(path, options);
}

/** A row as `index result`, or its line and problem. */
function brief(rows: readonly ScannedRow[]): string[] {
  return rows.map((row) => (row.problem === null ? `${row.index} ${row.result}` : `line ${row.line}: ${row.problem}`));
}

const jsonl = createFormat('jsonl', { body: 'auto' });
const csv = createFormat('csv', { body: 'auto' });
const tricky = sampleFailed({
  index: 7,
  id: 'a"b\\',
  answer: sampleAnswer('x,"\n"",\r\n0,,ok\n', 'text/plain'),
  extracted: '{"a,b":["\\n\\"",0.10]}',
});

describe.each([
  ['jsonl', 'index'],
  ['jsonl', 'full'],
  ['csv', 'index'],
  ['csv', 'full'],
] as const)('%s in the mode %s', (format, mode) => {
  const { header, encode } = { header: format === 'csv' ? csv.header : '', encode: format === 'csv' ? csv : jsonl };
  const first = header + encode.encode(sampleOk());
  const last = encode.encode(tricky);

  test('finds all whole rows and one torn one, wherever the last row was cut', async () => {
    const whole = Buffer.from(first + last);
    const firstRow = { problem: null, index: 0, start: header.length, end: first.length };
    expect(await scan(first, { format, mode })).toMatchObject([firstRow]);
    for (let end = first.length + 1; end < whole.length; end++) {
      const torn = { problem: 'torn', index: -1, line: header === '' ? 2 : 3, start: first.length, end };
      expect(await scan(whole.subarray(0, end), { format, mode, blockBytes: 64 })).toMatchObject([firstRow, torn]);
    }
    expect(brief(await scan(whole, { format, mode }))).toEqual(['0 ok', '7 failed']);
  });

  test('reads from a row on', async () => {
    const rows = await scan(first + last, { format, mode, from: first.length });
    expect(rows).toMatchObject([{ index: 7, start: first.length, end: Buffer.byteLength(first + last) }]);
    expect(await scan(first, { format, mode, from: first.length })).toEqual([]);
    expect(await scan(first, { format, mode, from: first.length + 10 })).toEqual([]);
  });

  test('finds rows that are larger than a block', async () => {
    const large = encode.encode(sampleOk({ index: 1, answer: sampleAnswer('é"\n'.repeat(500_000), 'text/plain') }));
    const rows = await scan(first + large + last, { format, mode });
    expect(brief(rows)).toEqual(['0 ok', '1 ok', '7 failed']);
    expect(rows[1]).toMatchObject({ start: first.length, end: first.length + Buffer.byteLength(large) });
  });

  test('takes a row that is too long for a broken one, and goes on', async () => {
    const options = { format, mode, blockBytes: 512, largestRowBytes: 1500 };
    const rows = await scan(first + 'x'.repeat(2500) + '\n' + last, options);
    expect(brief(rows).slice(0, 2)).toEqual(['0 ok', `line ${header === '' ? 2 : 3}: longer than any row can be`]);
    expect(brief(rows).at(-1)).toBe('7 failed');
    expect(rows.map((row) => row.start).slice(1)).toEqual(rows.map((row) => row.end).slice(0, -1));
  });

  test('tells garbage from rows', async () => {
    const garbage = Buffer.concat([
      Buffer.from(first),
      Buffer.from([0xff, 0xfe, 0x80, 0x0a]),
      Buffer.alloc(300),
      Buffer.from('\n\n'),
      Buffer.from(last),
      Buffer.alloc(5000),
    ]);
    const rows = await scan(garbage, { format, mode, blockBytes: 128 });
    expect(rows.map((row) => (row.problem === null ? row.index : 'broken'))).toEqual([
      0,
      'broken',
      'broken',
      'broken',
      7,
      'broken',
    ]);
    expect(rows.at(-1)?.problem).toBe('torn');
    expect(rows.at(-1)?.end).toBe(garbage.length);
  });

  test('finds nothing in an empty file', async () => {
    expect(await scan('', { format, mode })).toEqual([]);
    expect(await scan(header, { format, mode })).toEqual([]);
  });
});

describe.each(['index', 'full'] as const)('lines of JSONL that are not ours, in the mode %s', (mode) => {
  test.each([
    ['{"result":"ok"}', 'no "index" that is a whole number'],
    ['{"index":1.5,"result":"ok"}', 'no "index" that is a whole number'],
    ['{"index":-1,"result":"ok"}', 'no "index" that is a whole number'],
    ['{"index":9007199254740993,"result":"ok"}', 'no "index" that is a whole number'],
    ['{"index":1}', 'no "result" that is ok, failed or unknown'],
    ['{"index":1,"result":"okay"}', 'no "result" that is ok, failed or unknown'],
    ['{"index":01,"result":"ok"}', 'not JSON'],
    ['{"index":1,"result":"ok"', 'not JSON'],
    ['{"index":1,"id":"x}', 'not JSON'],
    ['[1]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['', 'the line is empty'],
  ])('%s', async (line, problem) => {
    expect(brief(await scan(`${line}\n{"index":4,"result":"ok"}\n`, { format: 'jsonl', mode }))).toEqual([
      `line 1: ${problem}`,
      '4 ok',
    ]);
  });

  test('an id cannot pass for a result, and another writer of JSON is understood', async () => {
    const lines = [
      String.raw`{"index":1,"id":"\",\"result\":\"ok\"","result":"failed"}`,
      '{ "result": "unknown", "index": 2 }\r',
      '{"index": 3, "result": "ok"}',
    ];
    expect(brief(await scan(lines.join('\n') + '\n', { format: 'jsonl', mode }))).toEqual([
      '1 failed',
      '2 unknown',
      '3 ok',
    ]);
  });

  test('an id that does not end cannot borrow the result of the next line', async () => {
    const lines = '{"index":1,"id":"x}\n,"result":"ok"}\n';
    expect(brief(await scan(lines, { format: 'jsonl', mode }))).toEqual(['line 1: not JSON', 'line 2: not JSON']);
  });

  test('zeros within a line that begins and ends well are seen', async () => {
    const line = `{"index":1,"result":"ok","body":"${'\0'.repeat(100)}"}\n`;
    expect(brief(await scan(line + line, { format: 'jsonl', mode, blockBytes: 64 }))).toEqual([
      'line 1: zero bytes, as a power loss leaves them',
      'line 2: zero bytes, as a power loss leaves them',
    ]);
  });
});

test('bytes that are not UTF-8 are seen in the mode full', async () => {
  const bytes = Buffer.from('{"index":1,"result":"ok","body":"\xff"}\n', 'latin1');
  expect(brief(await scan(bytes, { format: 'jsonl', mode: 'full' }))).toEqual(['line 1: not valid UTF-8']);
  const row = Buffer.from(csv.encode(sampleOk({ id: '?' })).replace('?', '\xff'), 'latin1');
  const file = Buffer.concat([Buffer.from(csv.header), row]);
  expect(brief(await scan(file, { format: 'csv', mode: 'full' }))).toEqual(['line 2: not valid UTF-8']);
});

describe('rows of CSV that are not ours', () => {
  const commas = ','.repeat(18);
  test.each([
    [`1,,ok${commas}\n`, '1 ok'],
    [`1,,ok${commas}\r\n`, '1 ok'],
    [`1,"a\n\n",ok${commas}\n`, '1 ok'],
    [`1,,ok${commas},\n`, 'line 2: has 22 fields instead of 21'],
    [`1,,ok\n`, 'line 2: has 3 fields instead of 21'],
    [`x,,ok${commas}\n`, 'line 2: no index that is a whole number'],
    [`01,,ok${commas}\n`, 'line 2: no index that is a whole number'],
    [`1,,okay${commas}\n`, 'line 2: no result that is ok, failed or unknown'],
    [`1,"a"b,ok${commas}\n`, 'line 2: quotes in the wrong places'],
    [`1,,ok,two hundred${commas.slice(1)}\n`, 'line 2: the value of status is not what it must be'],
    [`1,,ok${commas}[1\n`, 'line 2: the value of extracted is not what it must be'],
  ])('%j', async (row, outcome) => {
    expect(brief(await scan(csv.header + row, { format: 'csv', mode: 'full' }))).toEqual([outcome]);
  });

  test('are numbered by the line they start on', async () => {
    const rows = await scan(`${csv.header}1,"a\nb\n",ok${commas}\nno\n`, { format: 'csv', mode: 'index' });
    expect(brief(rows)).toEqual(['1 ok', 'line 5: has 1 fields instead of 21']);
  });

  test('with a quote that is never closed do not hide all that follow', async () => {
    const rows = `1,"a,ok${commas}\n` + `2,,ok${commas}\n`.repeat(100);
    const options = { format: 'csv', mode: 'index', blockBytes: 256, largestRowBytes: 600 } as const;
    const found = brief(await scan(csv.header + rows, options));
    expect(found[0]).toBe('line 2: longer than any row can be');
    expect(found.filter((row) => row === '2 ok').length).toBeGreaterThan(50);
    expect(found.at(-1)).toBe('2 ok');
  });

  test('a file without the header says so', async () => {
    expect(brief(await scan(csv.encode(sampleOk()), { format: 'csv', mode: 'index' }))).toEqual([
      'line 1: not the header line of results',
    ]);
    expect(brief(await scan(csv.header.slice(0, 9), { format: 'csv', mode: 'index' }))).toEqual(['line 1: torn']);
  });
});

test('a row of CSV is read with the names and types of JSONL', async () => {
  const [row] = await scan(csv.header + csv.encode(tricky), { format: 'csv', mode: 'full' });
  expect(row).toMatchObject({
    row: {
      index: 7,
      id: 'a"b\\',
      result: 'failed',
      status: 200,
      attempts: 1,
      ms: 12.3,
      waitMs: 0.5,
      at: '2026-11-21T10:00:00.123Z',
      method: 'POST',
      url: 'https://api.example.com/orders',
      error: { code: 'http_status', message: '503 is not in 2xx' },
      headers: { 'content-type': 'text/plain' },
      body: 'x,"\n"",\r\n0,,ok\n',
      extracted: { 'a,b': ['\n"', 0.1] },
    },
  });
});

test('a file that is not there, or a folder, is an error with a hint', async () => {
  const lost = rowsOf(join(folder, 'none'), { format: 'jsonl', mode: 'full' });
  await expect(lost).rejects.toMatchObject({ code: 'no_such_file', hint: expect.stringContaining('-o') as string });
  const wrong = rowsOf(folder, { format: 'jsonl', mode: 'full' });
  await expect(wrong).rejects.toMatchObject({
    code: 'unreadable',
    message: `${folder} is a folder, not a file of results`,
  });
});
