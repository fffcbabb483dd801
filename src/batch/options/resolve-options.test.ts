import { describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { resolveOptions } from './resolve-options.ts';

function problem(options: Record<string, unknown>, naming: 'code' | 'command-line' = 'code'): string {
  try {
    resolveOptions({ input: 'in.jsonl', ...options }, naming);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.hint === null ? error.message : `${error.message} | ${error.hint}`;
  }
  return 'no problem';
}

test('defaults are those of the contract', () => {
  const { retryOn, success, ...rest } = resolveOptions({ input: 'data/orders.jsonl' });
  expect(rest).toEqual({
    plan: {},
    input: 'data/orders.jsonl',
    output: 'data/orders.results.jsonl',
    outputFormat: 'jsonl',
    format: null,
    limit: null,
    offset: 0,
    maxRecordBytes: 16_777_216,
    concurrency: 'auto',
    perOrigin: null,
    rates: [],
    costFrom: null,
    retries: 3,
    backoffMs: 500,
    maxBackoffMs: 30_000,
    timeoutMs: 30_000,
    connectTimeoutMs: 10_000,
    maxWaitMs: 3_600_000,
    outage: 'wait',
    maxOutageMs: 3_600_000,
    redirects: 10,
    delivery: 'at-least-once',
    maxBodyBytes: 67_108_864,
    proxy: undefined,
    socketPath: null,
    cacert: null,
    cert: null,
    key: null,
    insecure: false,
    http: 'auto',
    transport: 'auto',
    pipelining: 1,
    rehearse: false,
    body: 'auto',
    bodies: null,
    order: 'completion',
    onResult: null,
    hookThreads: null,
    hookConcurrency: null,
    hookTimeoutMs: null,
    fresh: false,
    graceMs: 10_000,
  });
  const statuses = [199, 200, 299, 300, 408, 425, 429, 500, 599];
  expect(statuses.filter((status) => success.has(status))).toEqual([200, 299]);
  expect(statuses.filter((status) => retryOn.statuses.has(status))).toEqual([408, 425, 429, 500, 599]);
  expect([retryOn.network, retryOn.timeout]).toEqual([true, true]);
});

test.each([
  ['orders.jsonl', 'orders.results.jsonl'],
  ['orders.ndjson.gz', 'orders.results.jsonl'],
  ['/data/a.b/urls.TXT.zst', '/data/a.b/urls.results.jsonl'],
  ['orders', 'orders.results.jsonl'],
  ['orders.2026.json', 'orders.2026.results.jsonl'],
  ['-', 'stdin.results.jsonl'],
])('the results of %s go to %s', (input, output) => {
  expect(resolveOptions({ input }).output).toBe(output);
});

test('values become what they mean, what shapes requests stays together, and all is frozen', () => {
  const resolved = resolveOptions({
    input: '-',
    output: 'out.CSV',
    url: 'http://h/{{id}}',
    headers: ['A: b'],
    rate: '600/m',
    retryOn: '404,timeout',
    proxy: 'proxy.example:3128',
  });
  expect(resolved.plan).toEqual({ url: 'http://h/{{id}}', headers: ['A: b'] });
  expect(resolved.outputFormat).toBe('csv');
  expect(resolved.rates).toEqual([{ count: 600, perMs: 60_000, unit: 'requests', text: '600/m' }]);
  expect([resolved.retryOn.network, resolved.retryOn.timeout]).toEqual([false, true]);
  expect(resolved.proxy).toBe('http://proxy.example:3128');
  expect(Object.isFrozen(resolved) && Object.isFrozen(resolved.plan)).toBe(true);
});

test('no limit is Infinity, where there can be none', () => {
  const none = { limit: Infinity, perOrigin: Infinity, concurrency: Infinity, retries: Infinity, graceMs: Infinity };
  const resolved = resolveOptions({ input: '-', url: 'http://h/', ...none, maxWaitMs: Infinity });
  expect([resolved.limit, resolved.perOrigin]).toEqual([null, null]);
  expect([resolved.concurrency, resolved.retries]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  expect([resolved.graceMs, resolved.maxWaitMs]).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  for (const name of ['offset', 'pipelining', 'hookThreads'])
    expect(() => resolveOptions({ input: '-', url: 'http://h/', [name]: Infinity })).toThrow(name);
});

test('several rates hold together, and one of costs makes the cost of records count', () => {
  const resolved = resolveOptions({
    input: '-',
    url: 'http://h/',
    rate: ['10/s', '90000/m:cost'],
    cost: '{{tokens}}',
    costFrom: 'usage.total_tokens',
  });
  expect(resolved.rates.map(({ text, unit }) => [text, unit])).toEqual([
    ['10/s', 'requests'],
    ['90000/m:cost', 'cost'],
  ]);
  expect(resolved.plan).toEqual({ url: 'http://h/', cost: '{{tokens}}', countsCost: true });
  expect(resolved.costFrom).toEqual(['usage', 'total_tokens']);
  expect(Object.isFrozen(resolved.rates)).toBe(true);
});

test.each([
  [{}],
  [{ url: 'http://h/', costFrom: 'cost' }],
  [{ url: 'http://h/', cost: 0 }],
  [{ map: 'map.ts' }],
  [{ map: new URL('map.ts', import.meta.url) }],
  [{ request: 'request.json' }],
])('somebody may say the cost: %j', (options) => {
  expect(problem({ rate: '1/s:cost', ...options })).toBe('no problem');
});

test.each([
  ['', null],
  ['socks5h://me:pw@h:1080', 'socks5://me:pw@h:1080'],
  ['https://h', 'https://h'],
])('proxy %j is %j', (proxy, expected) => {
  expect(resolveOptions({ input: '-', proxy }).proxy).toBe(expected);
});

test('an undefined option is one that was not given', () => {
  expect(problem({ limit: undefined, fresh: undefined })).toBe('no problem');
});

describe('refused', () => {
  test.each([
    [{ concurrency: 0 }, 'Expected `concurrency` to be a whole number from 1 up, or auto, got 0'],
    [{ concurrency: 'many' }, 'Expected `concurrency` to be a whole number from 1 up, or auto, got "many"'],
    [{ perOrigin: 1.5 }, 'Expected `perOrigin` to be a whole number from 1 up, got 1.5'],
    [{ limit: -1 }, 'Expected `limit` to be a whole number from 0 up, got -1'],
    [{ retries: Number.NaN }, 'Expected `retries` to be a whole number from 0 up, got NaN'],
    [{ maxBodyBytes: 0 }, 'Expected `maxBodyBytes` to be a whole number of bytes from 1 up, got 0'],
    [{ timeoutMs: 0 }, 'Expected `timeoutMs` to be a time from 1 ms to 24 days, in milliseconds, got 0'],
    [{ maxWaitMs: 3e9 }, 'Expected `maxWaitMs` to be a time from 0 ms to 24 days, in milliseconds, got 3000000000'],
    [{ graceMs: '10s' }, 'Expected `graceMs` to be a time from 0 ms to 24 days, in milliseconds, got "10s"'],
    [{ format: 'xml' }, 'Expected `format` to be jsonl, csv, tsv, txt or json, got "xml"'],
    [{ http: 2 }, 'Expected `http` to be 1.1, 2 or auto, got 2'],
    [{ input: '' }, 'Expected `input` to be the path of a file, or - for standard input, got nothing'],
    [{ input: undefined }, 'Expected `input` to be the path of a file, or - for standard input, got undefined'],
    [{ input: ['a'] }, 'Expected `input` to be the path of a file, or - for standard input, got a list'],
    [{ json: {} }, 'Expected `json` to be a JSON template, got an object'],
    [{ fresh: 'yes' }, 'Expected `fresh` to be true or false, got "yes"'],
    [{ rate: '10' }, 'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got "10" | write 10/s, 10/m or 10/h'],
    [{ rate: '0/s' }, 'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got "0/s"'],
    [
      { rate: ['10/s', '5'] },
      'Expected `rate` to be a rate such as 10/s, 600/m or 5000/h, got "5" | write 5/s, 5/m or 5/h',
    ],
    [{ rate: 10 }, 'Expected `rate` to be a rate such as 10/s, or a list of them, got 10'],
    [{ rate: ['10/s', null] }, 'Expected `rate` to be a rate such as 10/s, or a list of them, got null'],
    [{ cost: -1 }, 'Expected `cost` to be a number from 0 up, or a template such as {{tokens}}, got -1'],
    [{ cost: NaN }, 'Expected `cost` to be a number from 0 up, or a template such as {{tokens}}, got NaN'],
    [{ cost: '' }, 'Expected `cost` to be a number from 0 up, or a template such as {{tokens}}, got nothing'],
    [
      { costFrom: 'usage[0]' },
      'Expected `costFrom` to be a path such as usage.total_tokens, got "usage[0]" | names and indexes of arrays with dots between, without brackets: usages.0.tokens',
    ],
    [
      { cost: 5, rate: '10/s' },
      '`cost` was given without a rate that counts costs | give `rate` such as 90000/m:cost, or leave it out',
    ],
    [
      { costFrom: 'cost' },
      '`costFrom` was given without a rate that counts costs | give `rate` such as 90000/m:cost, or leave it out',
    ],
    [
      { url: 'http://h/', rate: ['10/s', '9/m:cost'] },
      '`rate` 9/m:cost counts what requests cost, and nothing says what they cost | give `cost` such as {{tokens}}, or `costFrom` such as usage.total_tokens',
    ],
    [
      { success: '2xx,ok' },
      'Expected `success` to be a list of statuses such as 2xx,304,400-404, got "2xx,ok" | "ok" is none of these',
    ],
    [
      { retryOn: '5xx,dns' },
      'Expected `retryOn` to be a list such as 408,429,5xx,network,timeout, got "5xx,dns" | "dns" is none of these',
    ],
    [{ idempotencyKey: 'a b' }, 'Expected `idempotencyKey` to be the name of a header, or off, got "a b"'],
    [
      { baseUrl: 'api.example.com' },
      'Expected `baseUrl` to be a URL that begins with http:// or https://, got something else | write https://…; the value is not shown, as it may hold a password',
    ],
    [
      { headers: ['Authorization Bearer hush'] },
      'Expected `headers` to be texts such as "Name: value", got one that does not begin with a name and a colon',
    ],
    [{ form: ['=x'] }, 'Expected `form` to be texts such as name=value, got one without a name and an equals sign'],
    [{ concurency: 5 }, 'There is no option `concurency` | did you mean `concurrency`?'],
    [{ toString: 5 }, 'There is no option `toString`'],
    [{ json: '{}', form: ['a=b'] }, '`json` and `form` cannot be given together | leave one of them out'],
    [{ data: '', recordAsJson: true }, '`data` and `recordAsJson` cannot be given together | leave one of them out'],
    [{ map: 'm.ts', url: 'http://h' }, '`map` and `url` cannot be given together | leave one of them out'],
    [{ user: 'a:b', bearer: 'c' }, '`user` and `bearer` cannot be given together | leave one of them out'],
    [{ body: 'none', bodies: 'dir' }, '`body` and `bodies` cannot be given together | leave one of them out'],
    [
      { backoffMs: 200, maxBackoffMs: 100 },
      '`backoffMs` is longer than `maxBackoffMs`: 200 ms and 100 ms | leave one of them out, and it follows the other',
    ],
    [{ cert: 'c.pem' }, '`cert` was given without `key` | give both; if one file holds both, name it twice'],
    [{ key: 'k.pem' }, '`key` was given without `cert` | give both; if one file holds both, name it twice'],
    [
      { fresh: true, output: '-' },
      '`fresh` makes no sense with results on standard output | such a run cannot be resumed, so each one starts afresh',
    ],
    [
      { output: './x/../in.jsonl' },
      '`output` is the input itself: ./x/../in.jsonl | give the results a name of their own',
    ],
    [
      { output: 'r.jsonl.gz' },
      '`output` cannot be compressed: r.jsonl.gz | results are appended to as they come; compress them when the run has finished',
    ],
  ])('%j', (options, message) => {
    expect(problem(options)).toBe(message);
  });

  test.each([{ user: 'hush' }, { bearer: 'hu sh' }, { proxy: 'ftp://me:hush@h' }, { baseUrl: 'hush' }])(
    '%j without showing it',
    (options) => {
      expect(problem(options)).toMatch(/^Expected `\w+` to be /u);
      expect(problem(options)).not.toMatch(/hu ?sh/u);
    },
  );

  test.each([
    [{ concurrency: 0 }, 'Expected `--concurrency` to be'],
    [{ maxWaitMs: -1 }, 'Expected `--max-wait` to be'],
    [{ headers: ['x'] }, 'Expected `--header` to be'],
    [{ input: '' }, 'Expected `<input>` to be'],
    [{ body: 'none', bodies: 'dir' }, '`--body` and `--bodies` cannot'],
    [{ backoffMs: 200, maxBackoffMs: 100 }, '`--backoff` is longer than `--max-backoff`: 200 ms and 100 ms'],
    [{ cert: 'c' }, '`--cert` was given without `--key`'],
  ])('%j, named as on the command line', (options, beginning) => {
    expect(problem(options, 'command-line').slice(0, beginning.length)).toBe(beginning);
  });
});

test.each([
  { recordAsJson: false, json: '{}' },
  { output: '-', fresh: false },
  { retryOn: 'none' },
  { data: '' },
  { concurrency: 'auto' },
  { baseUrl: 'https://{{$env.HOST}}/v1' },
])('%j is fine', (options) => {
  expect(problem(options)).toBe('no problem');
});
