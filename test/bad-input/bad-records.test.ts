// One record that cannot be read or sent, among others that can: it gets a `failed` result that says what
// is wrong and where, no request is made for it, and the others go on. Exit code 1, and verify is content.

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { commandTrial, type Files } from './try-command.ts';

const attempt = commandTrial();

interface Case {
  readonly what: string;
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly options: string;
  /** What becomes of each record: null if it is `ok`. */
  readonly errors: readonly (readonly [code: string, message: string] | null)[];
  readonly others?: Files;
}

const cases: Case[] = [
  {
    what: 'a broken line in the middle',
    file: 'in.jsonl',
    content: '{"n":1}\n{"n":2\n{"n":3}\n',
    options: '--url URL/hello/{{n}}',
    errors: [
      null,
      [
        'bad_record',
        'in.jsonl, line 2, column 7: not JSON: expected "," or "}", found the end, in: {"n":2. Correct this record in the input.',
      ],
      null,
    ],
  },
  {
    what: 'invalid UTF-8 in the middle',
    file: 'in.jsonl',
    content: Buffer.from('{"n":1}\n{"n":"\xe9t\xe9"}\n{"n":3}\n', 'latin1'),
    options: '--url URL/hello/{{n}}',
    errors: [
      null,
      [
        'bad_record',
        'in.jsonl, line 2, column 7: not UTF-8, in: {"n":"\ufffdt\ufffd"}. Convert the input to UTF-8, e.g. with iconv.',
      ],
      null,
    ],
  },
  {
    what: 'rows with too many and too few fields, with a byte order mark and CRLF',
    file: 'in.csv',
    content: '\ufeffn,b\r\n1,x\r\n2,x,y\r\n3\r\n4,"x,\r\ny"\r\n',
    options: '--url URL/hello/{{n}} --data {{b}}',
    errors: [
      null,
      [
        'bad_record',
        'in.csv, line 3, column 1: expected 2 fields as in the header, found 3, in: 2,x,y. A value that holds the delimiter, a quote or a line break stands in double quotes.',
      ],
      [
        'bad_record',
        'in.csv, line 4, column 1: expected 2 fields as in the header, found 1, in: 3. A value that holds the delimiter, a quote or a line break stands in double quotes.',
      ],
      null,
    ],
  },
  {
    what: 'a record above the limit',
    file: 'in.jsonl',
    content: `{"n":1}\n{"n":"${'x'.repeat(100)}"}\n{"n":3}\n`,
    options: '--url URL/hello/{{n}} --max-record-bytes 50B',
    errors: [
      null,
      [
        'record_too_large',
        'in.jsonl, line 2, column 1: the record is larger than 50 bytes: {"n":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx. Raise --max-record-bytes if the record is right.',
      ],
      null,
    ],
  },
  {
    what: 'a first line above the limit',
    file: 'in.jsonl',
    content: `{"n":"${'x'.repeat(100_000)}"}\n{"n":3}\n`,
    options: '--url URL/hello/{{n}} --max-record-bytes 8B',
    errors: [
      [
        'record_too_large',
        'in.jsonl, line 1, column 1: the record is larger than 8 bytes: {"n":"xx. Raise --max-record-bytes if the record is right.',
      ],
      null,
    ],
  },
  {
    what: 'a missing field, near another and near none',
    file: 'in.jsonl',
    content: '{"name":1}\n{"nmae":2}\n{"x":3}\n',
    options: '--url URL/hello/{{name}}',
    errors: [
      null,
      [
        'missing_field',
        'the record has no field "name"; the nearest is "nmae". Correct the placeholder, or give the record this field.',
      ],
      [
        'missing_field',
        'the record has no field "name"; it has "x". Correct the placeholder, or give the record this field.',
      ],
    ],
  },
  {
    what: 'URLs that cannot be requested',
    file: 'in.txt',
    content: 'example.com/a\n# a comment\n\nURL/hello/1\n/hello\nftp://example.com/\nhttp://[::1\n',
    options: '',
    errors: [
      ['bad_url', '"example.com/a" has no scheme. Write https://example.com/a'],
      null,
      ['bad_url', '"/hello" is relative, and there is nothing to resolve it against. Give --base-url https://host'],
      ['bad_url', '"ftp://example.com/" has the scheme "ftp"; only http and https can be requested. Write https://…'],
      ['bad_url', '"http://[::1" is not a URL. Check the host and the port: https://host:port/path'],
    ],
  },
  {
    what: 'CR and LF in the value of a header',
    file: 'in.jsonl',
    content: '{"h":"a\\r\\nX-Evil: 1"}\n{"h":"fine"}\n{"h":"a\\u0000"}\n',
    options: '--url URL/hello/1 --header X-A:{{h}}',
    errors: [
      [
        'bad_header',
        'header "X-A", field "h": CR at position 2 may not be sent in a header. A header value is one line of Latin-1 text. Encode the value, or send it in the body.',
      ],
      null,
      [
        'bad_header',
        'header "X-A", field "h": NUL at position 2 may not be sent in a header. A header value is one line of Latin-1 text. Encode the value, or send it in the body.',
      ],
    ],
  },
  {
    what: 'a bad element of an array',
    file: 'in.json',
    content: '[{"n":1},\n{"n":x},\n{"n":3}]',
    options: '--url URL/hello/{{n}}',
    errors: [
      null,
      [
        'bad_record',
        'in.json, line 2, column 6: not JSON: expected a value, found "x", in: {"n":x}. Correct this record in the input.',
      ],
      null,
    ],
  },
  {
    what: 'a map module that throws, returns nothing, skips',
    file: 'in.jsonl',
    content: '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n',
    options: '--map map.ts',
    others: {
      'map.ts': `export default ({ n }: { n: number }) => {
        if (n === 1) throw new TypeError('no ones');
        if (n === 3) return undefined;
        return n === 4 ? null : { url: process.env['SERVICE'] + '/hello/' + n };
      };\n`,
    },
    errors: [
      ['map_failed', 'the map module threw TypeError: no ones. Correct the module or the record.'],
      null,
      [
        'map_failed',
        'the map module returned undefined. Return a request {url, method, headers, body, json, form, params}, or null to skip the record.',
      ],
      null,
    ],
  },
];

test.each(cases)('$what', async ({ file, content, options, errors, others = {} }) => {
  const end = await attempt({
    line: `run ${file} ${options} -o out.jsonl -q`.replaceAll('  ', ' '),
    files: { ...others, [file]: content },
    inProcess: options.includes('--map'),
  });
  const rows = end.rows('out.jsonl');
  expect(rows.map(({ error }) => (error === undefined ? null : [error.code, error.message]))).toEqual(errors);
  expect(rows.map(({ result, attempts }) => [result, attempts > 0])).toEqual(
    rows.map(({ error, skipped }) => (error === undefined ? ['ok', skipped !== true] : ['failed', false])),
  );
  expect(end).toMatchObject({ code: 1, stdout: '', stderr: '', touched: ['out.jsonl', 'out.jsonl.run'] });
  expect(end.sent).toBe(rows.filter(({ attempts }) => attempts > 0).length);
  expect(await end.again('verify out.jsonl')).toMatchObject({ code: 0, stderr: '', touched: [] });
});

test.each([
  ['empty.jsonl', ''],
  ['blank.txt', '\n# only a comment\n\n'],
  ['header.csv', 'id,name\n'],
  ['array.json', '[]'],
  ['nothing.jsonl.gz', gzipSync('')],
])('no record at all is no error: %s', async (file, content) => {
  const end = await attempt({ line: `run ${file} --url URL/hello/a -o out.jsonl`, files: { [file]: content } });
  expect(end).toMatchObject({ code: 0, stdout: '', touched: ['out.jsonl', 'out.jsonl.run'], sent: 0 });
  expect(end.stderr).toContain('Finished: there was no record to send\n');
  expect(end.rows('out.jsonl')).toEqual([]);
  expect(await end.again('verify out.jsonl')).toMatchObject({
    code: 0,
    stdout: `Proved: every record of ${file} has exactly one result in out.jsonl\n  records  0\n  results  0: 0 ok, 0 failed, 0 unknown\n`,
  });
});

test('the failed records come out as they were', async () => {
  const end = await attempt({
    line: 'run in.csv --url URL/hello/{{n}} -o out.jsonl -q',
    files: { 'in.csv': 'n,b\r\n1,x\r\n2,"x",y\r\n3\r\n' },
  });
  expect(await end.again('failed out.jsonl')).toMatchObject({
    code: 0,
    stdout: 'n,b\n2,"x",y\n3\n',
    stderr: 'Wrote 2 records.\n',
  });
});
