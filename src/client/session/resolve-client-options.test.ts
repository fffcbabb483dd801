import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mockTransport } from '../../http/mock/mock-transport.ts';
import { Client } from '../client.ts';
import type { ClientOptions, RequestOptions } from '../client-options.ts';
import { callSettings } from './call-settings.ts';
import { resolveClientOptions } from './resolve-client-options.ts';

/** As a program in plain JavaScript would. */
const open = (options: unknown): Client => new Client(options as ClientOptions);

const asked: string[] = [];
const transport = mockTransport((request) => {
  asked.push(request.url);
  return { text: 'ok' };
});
const client = new Client({ transport, baseUrl: 'http://mock.test/base/' });

describe('options that cannot be used are refused when the client is made', () => {
  test.each([
    [{ timeout: 5 }, 'unknown_option', 'There is no option `timeout`'],
    [{ timeoutMs: '5s' }, 'bad_option', 'Expected `timeoutMs` to be a time'],
    [{ retries: -1 }, 'bad_option', 'Expected `retries` to be a whole number'],
    [{ retryOn: 'sometimes' }, 'bad_option', 'Expected `retryOn` to be a list'],
    [{ concurrency: 0 }, 'bad_option', 'Expected `concurrency` to be a whole number from 1 up, got 0'],
    [{ concurrency: 'auto' }, 'bad_option', 'Expected `concurrency`'],
    [{ perOrigin: 1.5 }, 'bad_option', 'Expected `perOrigin`'],
    [{ rate: 'fast' }, 'bad_option', 'rate'],
    [{ baseUrl: 'example.com' }, 'bad_option', 'example.com'],
    [{ cookies: {} }, 'bad_option', 'Expected `cookies` to be a CookieJar'],
    [{ auth: 'Bearer secret' }, 'bad_option', '`auth`'],
    [{ hooks: { beforeRetry: () => undefined } }, 'bad_option', 'beforeRetry'],
    [{ hooks: { onRetry: 1 } }, 'bad_option', 'Expected `hooks.onRetry` to be a function'],
    [{ har: {} }, 'bad_option', 'Expected `har` to be a HarRecorder'],
    [{ transport: 'fetch' }, 'bad_option', 'Expected `transport`'],
    [{ transport: 'wire', proxy: 'http://p:1' }, 'bad_option', 'cannot be given together'],
    [{ cert: '-----BEGIN CERTIFICATE-----' }, 'bad_option', '`cert` was given without `key`'],
    [{ ca: '/etc/ca.pem' }, 'bad_option', 'Expected `ca` to be PEM text'],
    [{ headers: { 'a b': '1' } }, 'bad_header', 'is not a header name'],
    [{ headers: 'x' }, 'bad_header', 'neither an object nor pairs'],
    [null, 'bad_option', 'the options'],
  ])('%j', (options, code, message) => {
    expect(() => open(options)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  test('with a hint, where there is one', () => {
    expect(() => open({ timeoutMS: 5 })).toThrow(expect.objectContaining({ hint: 'did you mean `timeoutMs`?' }));
  });

  test.each([
    [{ limit: 5 }, 'did you mean `concurrency`?'],
    [{ follow_redirects: true }, 'did you mean `redirects`?'],
    [{ verify: false }, 'did you mean `insecure` or `ca`?'],
    [{ username: 'u' }, 'did you mean `auth`?'],
    [{ bearer: 'secret' }, 'did you mean `auth`?'],
    [{ backoffLimit: 3 }, 'did you mean `maxBackoffMs`?'],
    [{ backoff_factor: 0.1 }, 'did you mean `backoffMs`?'],
    [{ gtimeout: 3 }, 'did you mean `totalTimeoutMs`?'],
    [{ nothingLikeIt: 3 }, null],
    [{ timeoutMs: 0 }, 'no limit is Infinity'],
    [{ auth: ['user', 'secret'] }, 'for example `auth: basicAuth(user, password)` or `auth: bearerAuth(token)`'],
    [{ params: 'a=secret' }, '`new URLSearchParams(text)` reads one'],
    [{ headers: 'x: y' }, "write them as { 'x-name': 'value' }"],
    [{ headers: { 'x y': 'z' } }, 'leave it out, or write a name such as x-name'],
  ])('%j: %s', (options, hint) => {
    expect(() => open(options)).toThrow(
      expect.objectContaining({ hint, message: expect.not.stringContaining('secret') }),
    );
  });
});

test('no limit is Infinity, and null for times', () => {
  const machine = resolveClientOptions({}).limits;
  const all = [
    'concurrency',
    'perOrigin',
    'connectTimeoutMs',
    'maxBodyBytes',
    'maxWaitMs',
    'redirects',
    'retries',
  ] as const;
  const times = ['timeoutMs', 'headersTimeoutMs', 'bodyTimeoutMs', 'totalTimeoutMs', 'queueTimeoutMs'] as const;
  const unlimited = Object.fromEntries([...all, ...times].map((name) => [name, Infinity]));
  const { settings, limits } = resolveClientOptions(unlimited);
  expect(limits).toEqual({ ...machine, perOrigin: null });
  expect(times.map((name) => settings[name])).toEqual([0, 0, 0, 0, 0]);
  const most = Number.MAX_SAFE_INTEGER;
  expect(settings).toMatchObject({ maxBodyBytes: most, redirects: most, retries: most, maxWaitMs: 2 ** 31 - 1 });
  const base = resolveClientOptions({ totalTimeoutMs: 50 }).settings;
  expect(callSettings({ totalTimeoutMs: null }, base)).toEqual(callSettings({ totalTimeoutMs: Infinity }, base));
});

test('a call without limits goes on as others do', async () => {
  const zipped = mockTransport(() => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('x') }));
  await using free = new Client({
    transport: zipped,
    timeoutMs: Infinity,
    retries: Infinity,
    maxBodyBytes: Infinity,
  });
  expect(await free.get('http://a.test/', { redirects: Infinity, queueTimeoutMs: Infinity }).text()).toBe('x');
});

describe('what cannot be asked for is refused before anything is sent', () => {
  test.each([
    ['', { retrys: 1 }, 'unknown_option', '`retrys`'],
    ['', { totalTimeoutMs: -1 }, 'bad_option', '`totalTimeoutMs`'],
    ['', { json: 1, form: { a: 1 } }, 'bad_option', '`json` and `form` cannot be given together'],
    ['', { json: () => 1 }, 'bad_option', '`json`'],
    ['', { body: { a: 1 } }, 'bad_option', '`body`'],
    ['', { params: 'a=1' }, 'bad_option', '`params`'],
    ['', { params: { a: { b: 1 } } }, 'bad_option', '"a"'],
    ['', { headers: { 'x-a': 'a\r\nb' } }, 'bad_header', 'x-a'],
    ['', { headers: { 'x-a': {} } }, 'bad_header', 'is no text'],
    ['', { headers: { 'content-length': '3' } }, 'bad_header', 'by the connection itself'],
    ['', { cookies: { a: 'b;c' } }, 'bad_option', '"a"'],
    ['ftp://mock.test/', {}, 'bad_url', 'only http and https'],
    ['http://', {}, 'bad_url', 'http://'],
  ])('%s %j', async (url, options, code, message) => {
    const before = asked.length;
    const error = await client.get(url, options as RequestOptions).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(asked.length).toBe(before);
  });

  test.each([
    [{ data: 'a' }, 'did you mean `form` or `json` or `body`?'],
    [{ files: {} }, 'did you mean `multipart`?'],
    [{ body: new FormData() }, 'a form goes as `multipart`'],
    [{ form: { file: new Blob(['a']) } }, 'files go as `multipart`'],
    [{ headers: { 'content-length': 5 } }, expect.stringContaining('`streamPart(stream, { lengthBytes })`')],
  ])('with a hint: %j', async (options, hint) => {
    await expect(client.post('', options as RequestOptions)).rejects.toMatchObject({ hint });
  });

  test('a value that JSON cannot say', async () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    await expect(client.post('', { json: circle })).rejects.toMatchObject({ code: 'bad_option' });
  });

  test('a value that may be secret is not shown', async () => {
    const secret = 'hunter2\n';
    const errors = [
      await client.get('', { headers: { authorization: secret } }).catch(String),
      await client.get('', { cookies: { session: secret } }).catch(String),
    ];
    expect(errors.map(String).join()).not.toContain('hunter2');
  });
});

test('parameters arrive as they were given, whatever is in them and in the URL', async () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' });
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean());
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });
  const law = fc.asyncProperty(
    pairs,
    fc.constantFrom('', '?', '?a=1', '?a=1&'),
    fc.constantFrom('', '#top'),
    async (own, query, hash) => {
      await client.get(`x${query}${hash}`, { params: own });
      const expected = own.map(([key, one]) => [key, String(one)]);
      const arrived = [...new URL(asked.at(-1) ?? '').searchParams];
      expect(arrived).toEqual(query.startsWith('?a') ? [['a', '1'], ...expected] : expected);
    },
  );
  await fc.assert(law, { numRuns: 100 });
});
