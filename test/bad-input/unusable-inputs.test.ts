// Inputs that cannot be read as what they are said to be: one message, exit code 2, nothing sent and no
// file made. What is wrong with one record only is in bad-records.test.ts.

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { commandTrial, refusal, type Files } from './try-command.ts';

const attempt = commandTrial();
const send = '--url URL/hello/{{n}}';

const jsonlHint = 'jsonl wants one JSON value a line. Correct the line, or name the right format with --format.';
const utf16Hint = 'If it is text, convert it: iconv -f UTF-16 -t UTF-8.';
const uniqueHint = 'Give each column a name of its own.';
const fieldsHint = 'A value that holds the delimiter, a quote or a line break stands in double quotes.';

const cases: [what: string, file: string, content: string | Uint8Array, message: string, hint: string][] = [
  [
    'a first record that is no JSON',
    'in.jsonl',
    '{"n":1\n{"n":2}\n',
    'in.jsonl, line 1, column 7: not JSON: expected "," or "}", found the end, in: {"n":1',
    jsonlHint,
  ],
  [
    'CSV by the name of jsonl',
    'in.jsonl',
    'id,name\n1,a\n',
    'in.jsonl, line 1, column 1: not JSON: expected a value, found "id", in: id,name',
    'It looks like CSV: try --format csv.',
  ],
  [
    'URLs by the name of jsonl',
    'in.jsonl',
    'https://example.com/\n',
    'in.jsonl, line 1, column 1: not JSON: expected a value, found "https://exam", in: https://example.com/',
    'It looks like a list of URLs: try --format txt.',
  ],
  [
    'NUL bytes',
    'in.jsonl',
    Buffer.from('7f454c4602010100000000000000000003003e00', 'hex'),
    'in.jsonl is not text: it looks like UTF-16 text or binary data',
    utf16Hint,
  ],
  [
    'a workbook',
    'in.csv',
    Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml', 'latin1'),
    'in.csv is not text: it looks like an Excel workbook (xlsx)',
    'Export it as CSV or JSON lines.',
  ],
  [
    'compressed data without the extension',
    'in.jsonl',
    gzipSync('{"n":1}\n'),
    'in.jsonl is not text: it looks like gzip data',
    'Add .gz to its name, or to the --format: jsonl.gz.',
  ],
  [
    'invalid UTF-8 in the first record',
    'in.jsonl',
    Buffer.from('{"n":"\xe9"}\n', 'latin1'),
    'in.jsonl, line 1, column 7: not UTF-8, in: {"n":"\ufffd"}',
    'Convert the input to UTF-8, e.g. with iconv -f LATIN1 -t UTF-8.',
  ],
  [
    'a first row with too many fields',
    'in.csv',
    'n,b\n1,2,3\n',
    'in.csv, line 2, column 1: expected 2 fields as in the header, found 3, in: 1,2,3',
    fieldsHint,
  ],
  [
    'two columns of one name',
    'in.csv',
    'n,b,n\n1,2,3\n',
    'in.csv, line 1: the header cannot be used: columns 1 and 3 are both named "n": n,b,n',
    uniqueHint,
  ],
  [
    'a column without a name',
    'in.csv',
    'n,\n1,2\n',
    'in.csv, line 1: the header cannot be used: column 2 has no name: n,',
    uniqueHint,
  ],
  [
    'semicolons for commas',
    'in.csv',
    'n;b\n1;2\n',
    'in.csv, line 1: the header cannot be used: it has one column, whose name has ";" in it: n;b',
    'Save it with commas.',
  ],
  [
    'a quote that is never closed',
    'in.csv',
    'n,b\n1,"x\n2,y\n',
    'in.csv, line 2, column 3: a quoted field is not closed, in: 1,"x',
    'Close each quoted field, and write quotes inside it twice.',
  ],
  [
    'JSON that is no array',
    'in.json',
    '{"n":1}',
    'in.json, line 1, column 1: expected "[", the beginning of an array, found "{"',
    'It looks like JSON lines: try --format jsonl.',
  ],
  [
    'no gzip by the name of one',
    'in.jsonl.gz',
    '{"n":1}\n',
    'in.jsonl.gz cannot be read as gzip: incorrect header check',
    'If it is not compressed, take the extension off its name; else test it with the gzip command.',
  ],
];

test.each(cases)('%s', async (_, file, content, message, hint) => {
  const end = await attempt({ line: `run ${file} ${send}`, files: { [file]: content } });
  expect(end).toMatchObject(refusal(message, hint));
});

test('and in a process of its own, as a file and on standard input', async () => {
  const content = '{"n":1\n';
  const message = 'line 1, column 7: not JSON: expected "," or "}", found the end, in: {"n":1';
  const [file, pipe] = await Promise.all([
    attempt({ line: `run in.jsonl ${send}`, files: { 'in.jsonl': content }, inProcess: true }),
    attempt({ line: `run - ${send}`, stdin: content, inProcess: true }),
  ]);
  expect(file).toMatchObject(refusal(`in.jsonl, ${message}`, jsonlHint));
  expect({ ...pipe, stderr: pipe.stderr.replace(/^concurrency.*\n/u, '') }).toMatchObject(
    refusal(`standard input, ${message}`, jsonlHint),
  );
});

describe('what is no file', () => {
  const files: Files = { 'orders.jsonl': '{"n":1}\n' };

  test('a name that nothing has', async () => {
    const end = await attempt({ line: `run nowhere.csv ${send}` });
    expect(end).toMatchObject(refusal('There is no file nowhere.csv', 'This folder has no file of a similar name.'));
  });

  test('a name that is nearly one', async () => {
    const end = await attempt({ line: `run order.jsonl ${send}`, files });
    expect(end).toMatchObject(refusal('There is no file order.jsonl', 'Did you mean orders.jsonl?'));
  });

  test('a name in a folder that is not there', async () => {
    const end = await attempt({ line: `run data/orders.jsonl ${send}`, files });
    const message = 'There is no file data/orders.jsonl: the folder data does not exist';
    expect(end).toMatchObject(refusal(message, 'Check the path; it is resolved from the current folder.'));
  });

  test('a folder', async () => {
    const end = await attempt({ line: `run data ${send}`, prepare: (folder) => mkdirSync(join(folder, 'data')) });
    expect(end).toMatchObject(refusal('data is a folder, not a file', 'Name one file in it.'));
  });
});

test('a file that this user may not read', async () => {
  const end = await attempt({
    line: `run orders.jsonl ${send}`,
    files: { 'orders.jsonl': '{"n":1}\n' },
    prepare: (folder) => {
      chmodSync(join(folder, 'orders.jsonl'), 0);
      chmodSync(folder, 0o777);
    },
    asNobody: true,
  });
  const message = 'orders.jsonl may not be read by this user (EACCES)';
  expect(end).toMatchObject(refusal(message, 'Change its permissions, or run as a user who may read it.'));
});

describe.each([
  ['gz', 'gzip', gzipSync],
  ['zst', 'zstd', zstdCompressSync],
  ['br', 'brotli', (text: string) => brotliCompressSync(text)],
] as const)('.%s', (extension, command, compress) => {
  const name = `in.jsonl.${extension}`;
  const whole = compress('{"n":1}\n{"n":2}\n{"n":3}\n');
  const hint = `If it is not compressed, take the extension off its name; else test it with the ${command} command.`;

  test('cut before the first record is whole', async () => {
    const end = await attempt({
      line: `run ${name} ${send}`,
      files: { [name]: whole.subarray(0, 3) },
    });
    expect(end).toMatchObject(refusal(`${name} cannot be read as ${command}: unexpected end of file`, hint));
  });

  test('with nothing in it', async () => {
    const end = await attempt({ line: `run ${name} ${send}`, files: { [name]: '' } });
    expect(end).toMatchObject(refusal(`${name} cannot be read as ${command}: it is empty`, hint));
  });
});
