// What a recorder keeps of an exchange: the fields of HAR 1.2, no credentials, bounded; and its file.

import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { HarEntry } from '../../http/har/har.ts';
import { HarRecorder } from './har-recorder.ts';
import type { HarRecorderOptions } from './har-recorder.ts';
import type { RecordedExchange } from './recorded-exchange.ts';

const timings = {
  queuedMs: 1,
  dnsMs: 2,
  connectMs: 3,
  tlsMs: 4,
  firstByteMs: 5,
  bodyMs: 6,
  totalMs: 100,
  reused: false,
};

function exchangeOf(changes: Partial<RecordedExchange> = {}): RecordedExchange {
  return {
    startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    request: { method: 'GET', url: 'http://api.test/', headers: [], body: null },
    response: { status: 200, headers: [], body: new Uint8Array() },
    error: null,
    timings,
    ...changes,
  };
}

function recorded(changes: Partial<RecordedExchange> = {}, options?: HarRecorderOptions): HarEntry {
  const recorder = new HarRecorder(options);
  recorder.record(exchangeOf(changes));
  const [entry] = recorder.har.log.entries;
  if (entry === undefined) throw new Error('nothing was recorded');
  return entry;
}

/** The answer with this body. */
function answer(body: string | Uint8Array, type: string): Partial<RecordedExchange> {
  return { response: { status: 200, headers: ['content-type', type], body: Buffer.from(body) } };
}

describe('an entry', () => {
  test('has all that HAR 1.2 asks for, and no credentials', () => {
    const request = {
      method: 'POST',
      url: 'https://u:p@api.test/login?next=%2Fa&api_key=abc#top',
      headers: ['Authorization', 'Bearer abc', 'cookie', 'sid=abc; theme=dark', 'content-type', 'application/json'],
      body: '{"user":"ü","password":"p"}',
    };
    const response = {
      status: 303,
      headers: ['location', '/home?token=abc', 'set-cookie', 'sid=def; Path=/', 'content-type', 'application/json'],
      body: Buffer.from('{"access_token":"abc","n":1}'),
      bodyBytes: 40,
    };
    expect(recorded({ request, response })).toEqual({
      startedDateTime: '2026-01-02T03:04:05.006Z',
      time: 21,
      request: {
        method: 'POST',
        url: 'https://api.test/login?next=%2Fa&api_key=***',
        httpVersion: '',
        cookies: [
          { name: 'sid', value: '***' },
          { name: 'theme', value: '***' },
        ],
        headers: [
          { name: 'Authorization', value: 'Bearer ***' },
          { name: 'cookie', value: 'sid=***; theme=***' },
          { name: 'content-type', value: 'application/json' },
        ],
        queryString: [
          { name: 'next', value: '/a' },
          { name: 'api_key', value: '***' },
        ],
        postData: { mimeType: 'application/json', text: '{"user":"ü","password":"***"}' },
        headersSize: -1,
        bodySize: 28,
      },
      response: {
        status: 303,
        statusText: 'See Other',
        httpVersion: '',
        cookies: [{ name: 'sid', value: '***' }],
        headers: [
          { name: 'location', value: '/home?token=***' },
          { name: 'set-cookie', value: 'sid=***; Path=/' },
          { name: 'content-type', value: 'application/json' },
        ],
        content: { size: 28, mimeType: 'application/json', text: '{"access_token":"***","n":1}' },
        redirectURL: '/home?token=***',
        headersSize: -1,
        bodySize: 40,
      },
      cache: {},
      timings: { blocked: 1, dns: 2, connect: 7, ssl: 4, send: 0, wait: 5, receive: 6 },
    });
  });

  test('has the version and the reason where they are known', () => {
    const response = { status: 404, statusText: 'Nope', httpVersion: '1.1', headers: [], body: null } as const;
    const told = recorded({ response });
    expect(told.request.httpVersion).toBe('HTTP/1.1');
    expect(told.response).toMatchObject({ statusText: 'Nope', httpVersion: 'HTTP/1.1' });
    const overHttp2 = recorded({ response: { ...response, statusText: '', httpVersion: '2' } }).response;
    expect(overHttp2).toMatchObject({ statusText: 'Not Found', httpVersion: 'HTTP/2' });
  });

  test('of a connection that was there has no steps of making one', () => {
    const { time, timings: steps } = recorded({ timings: { ...timings, dnsMs: null, connectMs: null, tlsMs: null } });
    expect([time, steps]).toEqual([12, { blocked: 1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 5, receive: 6 }]);
  });

  test('of a failure says which', () => {
    const error = { code: 'dns_failed', message: 'no such name' } as const;
    const entry = recorded({
      response: null,
      error,
      timings: { ...timings, queuedMs: 0, connectMs: null, tlsMs: null },
    });
    expect(entry).toMatchObject({ _error: 'dns_failed', time: 2, response: { status: 0, headers: [], bodySize: -1 } });
  });

  test.each([
    ['a text', answer('für', 'text/plain'), { size: 4, mimeType: 'text/plain', text: 'für' }],
    [
      'bytes',
      answer(Buffer.from([255, 0]), 'image/png'),
      { size: 2, mimeType: 'image/png', text: '/wA=', encoding: 'base64' },
    ],
    [
      'a text in another charset, byte for byte',
      answer(Buffer.from('fur', 'latin1'), 'text/plain; charset=latin1'),
      { size: 3, mimeType: 'text/plain; charset=latin1', text: 'ZnVy', encoding: 'base64' },
    ],
    [
      'no type',
      { response: { status: 200, headers: [], body: Buffer.from('a') } },
      { size: 1, mimeType: '', text: 'a' },
    ],
    ['a stream', { response: { status: 200, headers: [], body: null } }, { size: -1, mimeType: '' }],
  ])('keeps the body of an answer: %s', (_, changes, content) => {
    expect(recorded(changes).response.content).toEqual(content);
  });

  test('keeps the body of a request that is no text', () => {
    const request = { method: 'PUT', url: 'http://api.test/', headers: [], body: new Uint8Array([255, 0]) };
    expect(recorded({ request }).request).toMatchObject({
      bodySize: 2,
      postData: { mimeType: '', text: '/wA=', _encoding: 'base64' },
    });
  });
});

describe('what is kept is bounded', () => {
  test('bodies above the limit are left out, and the entry says so', () => {
    const request = { method: 'PUT', url: 'http://api.test/', headers: [], body: '12345' };
    const entry = recorded({ request, ...answer('12345', 'text/plain') }, { maxBodyBytes: 4 });
    const comment = 'a body of 5 bytes, more than maxBodyBytes';
    expect(entry.request.postData).toEqual({ mimeType: '', comment });
    expect(entry.response.content).toEqual({ size: 5, mimeType: 'text/plain', comment });
    expect(recorded(answer('12345', 'text/plain'), { maxBodyBytes: 5 }).response.content.text).toBe('12345');
  });

  test('the oldest entries are dropped, and counted', () => {
    const recorder = new HarRecorder({ maxEntries: 3 });
    for (let nth = 0; nth < 5; nth++)
      recorder.record(exchangeOf({ request: { ...exchangeOf().request, url: `http://api.test/${nth}` } }));
    const { comment, entries } = recorder.har.log;
    expect(entries.map(({ request }) => request.url.at(-1)).join('')).toBe('234');
    expect([comment, recorder.statistics()]).toEqual(['2 older entries were dropped', { entries: 3, dropped: 2 }]);
  });

  test.each([
    [{ maxBodyBytes: -1 }, '`maxBodyBytes` to be a whole number from 0 up, got -1'],
    [{ maxEntries: 0 }, '`maxEntries` to be a whole number from 1 up, got 0'],
  ])('%o is refused', (options, message) => {
    expect(() => new HarRecorder(options)).toThrow(message);
  });
});

test('the recording names the format, and who made it', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(new HarRecorder().har).toEqual({
    log: { version: '1.2', creator: { name: 'manyfetch', version }, entries: [] },
  });
});

test('entries stand in the order in which they were sent, whenever they ended', () => {
  const recorder = new HarRecorder();
  for (const startedAtMs of [3, 1, 2, 1]) recorder.record(exchangeOf({ startedAtMs }));
  expect(recorder.har.log.entries.map(({ startedDateTime }) => startedDateTime.at(-2)).join('')).toBe('1123');
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'har-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('holds what was recorded, for its owner only, and replaces the one before it', async () => {
    const recorder = new HarRecorder({ maxEntries: 2 });
    const path = join(folder, 'some.har');
    writeFileSync(path, 'old');
    await recorder.save(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(recorder.har);
    for (let nth = 0; nth < 3; nth++) recorder.record(exchangeOf(answer(`body ${nth}: ]}`, 'text/plain')));
    await recorder.save(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(recorder.har);
    expect([recorder.har.log.entries.length, statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([
      2,
      0o600,
      ['some.har'],
    ]);
  });

  test('that is written twice at once is one of both', async () => {
    const path = join(folder, 'twice.har');
    const recorder = new HarRecorder();
    recorder.record(exchangeOf());
    await Promise.all([recorder.save(path), recorder.save(path)]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(recorder.har);
    rmSync(path);
  });

  test('that cannot be written is a DiskError, and nothing is left behind', async () => {
    rmSync(join(folder, 'some.har'), { force: true });
    await expect(new HarRecorder().save(join(folder, 'none', 'x.har'))).rejects.toMatchObject({ code: 'disk_failed' });
    writeFileSync(join(folder, 'blocks'), '');
    await expect(new HarRecorder().save(join(folder, 'blocks', 'x.har'))).rejects.toMatchObject({
      code: 'disk_failed',
    });
    expect(readdirSync(folder)).toEqual(['blocks']);
  });
});

test('a cookie without a name is nothing but its value, and is not kept', () => {
  const request = { method: 'GET', url: 'http://api.test/', headers: ['cookie', 's3cret; a=1'], body: null };
  const response = { status: 200, headers: ['set-cookie', 's3cret; Path=/'], body: Buffer.from('') };
  const entry = recorded({ request, response });
  expect(JSON.stringify(entry)).not.toContain('s3cret');
  expect([entry.request.cookies, entry.response.cookies]).toEqual([
    [
      { name: '', value: '***' },
      { name: 'a', value: '***' },
    ],
    [{ name: '', value: '***' }],
  ]);
});
