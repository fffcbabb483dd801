// Replaying: which recorded answer a request is given, what is said when there is none, and what other programs'
// recordings need.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import type { RecordedExchange } from '../../testing/recorded-exchange.ts';
import type { HttpRequest } from '../request.ts';
import type { Transport } from '../transport.ts';
import { replayTransport } from './replay-transport.ts';

const origin = 'http://api.test';

interface Told {
  readonly method?: string;
  readonly path?: string;
  readonly post?: object;
  readonly status?: number;
  readonly headers?: readonly object[];
  readonly content?: object;
  readonly error?: string;
}

/** An entry as little as it can be. */
function entry({ method = 'GET', path = '/', post, status = 200, headers, content, error }: Told): object {
  return {
    request: { method, url: origin + path, ...(post === undefined ? {} : { postData: post }) },
    response: { status, headers, content },
    ...(error === undefined ? {} : { _error: error }),
  };
}

function har(...told: readonly Told[]): object {
  return { log: { version: '1.2', entries: told.map(entry) } };
}

function text(body: string): Told {
  return { content: { size: body.length, mimeType: 'text/plain', text: body } };
}

function jsonPost(body: string): object {
  return { mimeType: 'application/json', text: body };
}

function parts(boundary: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${boundary}--\r\n`;
}

async function ask(transport: Transport, path: string, changes: Partial<HttpRequest> = {}): Promise<RecordedExchange> {
  return exchange(transport, origin, { path, ...changes });
}

/** The body, or the message and hint of the error. */
async function said(transport: Transport, path: string, changes: Partial<HttpRequest> = {}): Promise<string> {
  const { error, body } = await ask(transport, path, changes);
  return error === null ? body : `${error.code}: ${error.message}. ${error.hint}`;
}

describe('which answer', () => {
  test('by method and URL, in the order of the recording, each once', async () => {
    const transport = replayTransport(
      har(
        { path: '/a', ...text('first') },
        { path: '/b', ...text('other') },
        { path: '/a', ...text('second') },
        { path: '/a', method: 'DELETE', ...text('gone') },
      ),
    );
    expect([await said(transport, '/a'), await said(transport, '/a', { method: 'DELETE' })]).toEqual(['first', 'gone']);
    expect([await said(transport, '/a'), await said(transport, '/b')]).toEqual(['second', 'other']);
    expect(await said(transport, '/a')).toBe(
      'mock_failed: the recording has given its 2 answers to GET http://api.test/a. Set repeat: true to be given the last one again.',
    );
    expect(transport.calls.map(({ path }) => path)).toEqual(['/a', '/a', '/a', '/b', '/a']);
  });

  test('with `repeat`, the last one again', async () => {
    const transport = replayTransport(har({ ...text('first') }, { ...text('last') }), { repeat: true });
    const given = [];
    for (let nth = 0; nth < 4; nth++) given.push(await said(transport, '/'));
    expect(given).toEqual(['first', 'last', 'last', 'last']);
  });

  test('by the body, where one was recorded', async () => {
    const transport = replayTransport(
      har(
        { method: 'POST', post: jsonPost('{"n":1}'), ...text('one') },
        { method: 'POST', post: jsonPost('{"n":"ü"}'), ...text('two') },
        { method: 'PUT', ...text('any') },
      ),
    );
    const type = ['content-type', 'application/json'];
    const send = (body: string, method = 'POST') => said(transport, '/', { method, body, headers: type });
    expect([await send('{"n":"ü"}'), await send('{"n":1}'), await send('whatever', 'PUT')]).toEqual([
      'two',
      'one',
      'any',
    ]);
    expect(await send('{"n":3}')).toBe(
      'mock_failed: the recording has no answer for POST http://api.test/. It has the request with another body.',
    );
  });

  test('bodies that are no text, forms that are told as parameters, and parts with another boundary are compared too', async () => {
    const form = 'application/x-www-form-urlencoded';
    const transport = replayTransport(
      har(
        { method: 'POST', post: { mimeType: '', text: '/wA=', _encoding: 'base64' }, ...text('bytes') },
        { method: 'POST', post: { mimeType: form, params: [{ name: 'q', value: 'a b' }] }, ...text('form') },
        { method: 'POST', post: { mimeType: 'multipart/form-data; boundary=xx', text: parts('xx') }, ...text('parts') },
      ),
    );
    const send = (body: Uint8Array | string, type: string) =>
      said(transport, '/', { method: 'POST', body, headers: ['Content-Type', type] });
    expect(await send(parts('y1'), 'multipart/form-data; boundary="y1"')).toBe('parts');
    expect(await send(new Uint8Array([255, 0]), 'application/octet-stream')).toBe('bytes');
    expect(await send('q=a+b', form)).toBe('form');
  });

  test('credentials are compared masked, whoever recorded them', async () => {
    const transport = replayTransport(
      har(
        { path: '/?api_key=***&page=1', ...text('masked') },
        { path: '/?api_key=real&page=2', ...text('open') },
        { method: 'POST', post: { mimeType: 'application/json', text: '{"password":"***","n":1}' }, ...text('login') },
      ),
    );
    expect(await said(transport, '/?api_key=abc&page=1')).toBe('masked');
    expect(await said(transport, '/?api_key=abc&page=2')).toBe('open');
    const changes = { method: 'POST', body: '{"password":"p","n":1}', headers: ['content-type', 'application/json'] };
    expect(await said(transport, '/', changes)).toBe('login');
  });

  test('by a function of one’s own', async () => {
    const transport = replayTransport(har({ path: '/a?at=1', ...text('a') }, { path: '/b?at=2', ...text('b') }), {
      match: (request, recorded) => new URL(recorded.url).pathname === request.path,
    });
    expect([await said(transport, '/b?at=9'), await said(transport, '/a')]).toEqual(['b', 'a']);
    expect(await said(transport, '/b')).toContain('has given its one answer to GET http://api.test/b');
    expect(await said(transport, '/c')).toContain('the recording has no answer for GET http://api.test/c');
  });

  test('there is none: the nearest is named, without credentials', async () => {
    const transport = replayTransport(har({ path: '/orders?page=1&token=abc' }, { path: '/users', method: 'POST' }));
    expect(await said(transport, '/orders?page=2&token=abc')).toBe(
      'mock_failed: the recording has no answer for GET http://api.test/orders?page=2&token=abc. The nearest that it has is GET http://api.test/orders?page=1&token=***.',
    );
    expect(await said(transport, '/users')).toContain('The nearest that it has is POST http://api.test/users.');
    expect(await said(replayTransport(har()), '/')).toContain('It is empty.');
  });
});

describe('what others record', () => {
  test('pseudo headers, encodings and lengths are left out, cookies each in a header of its own', async () => {
    const headers = [
      { name: ':status', value: '200' },
      { name: 'Content-Encoding', value: 'br' },
      { name: 'Content-Length', value: '17' },
      { name: 'Transfer-Encoding', value: 'chunked' },
      { name: 'Set-Cookie', value: 'a=1; Path=/\nb=2' },
      { name: 'X-One', value: '1' },
      { name: 'x-empty' },
      {},
    ];
    const content = { size: 5, compression: -12, mimeType: 'text/plain', text: 'aGVsbG8=', encoding: 'base64' };
    const { headers: given, body } = await ask(replayTransport(har({ headers, content })), '/');
    expect(given.join('|')).toBe(
      'set-cookie|a=1; Path=/|set-cookie|b=2|x-one|1|x-empty||content-type|text/plain|content-length|5',
    );
    expect(body).toBe('hello');
  });

  test('a text in another charset stands in the file in UTF-8, and says so', async () => {
    const content = { size: 3, mimeType: 'text/html; charset=ISO-8859-1', text: 'für' };
    const { headers, body } = await ask(replayTransport(har({ content })), '/');
    expect([headers[1], Buffer.from(body, 'latin1').toString()]).toEqual(['text/html; charset=utf-8', 'für']);
  });

  test.each([
    ['no content', {}, 'head end'],
    ['no headers', text('hello'), 'head data end'],
    ['a redirect whose body is not there', { status: 302, content: { size: -1, mimeType: 'x-unknown' } }, 'head end'],
    ['no content to speak of', { status: 204, content: { size: -1, mimeType: '' } }, 'head end'],
  ])('%s', async (_, told: Told, story) => {
    expect((await ask(replayTransport(har(told)), '/')).story).toBe(story);
  });

  test.each([
    [{ status: 0 }, 'connection_closed'],
    [{ status: 0, error: 'net::ERR_NAME_NOT_RESOLVED' }, 'connection_closed'],
    [{ status: 0, error: 'dns_failed' }, 'dns_failed'],
    [{ ...text('par'), error: 'body_cut' }, 'body_cut'],
  ])('%o ends with %s', async (told: Told, code) => {
    expect((await ask(replayTransport(har(told)), '/')).error?.code).toBe(code);
  });

  test.each([[5000], [-1]])('a body of %d bytes that was not kept is an error, not an empty body', async (size) => {
    expect(await said(replayTransport(har({ content: { size, mimeType: 'text/plain' } })), '/')).toMatch(
      /^mock_failed: the recording has not kept the body of GET http:\/\/api\.test\/\. Record with a larger maxBodyBytes/,
    );
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function saved(name: string, bytes: string): string {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  }

  test('is read at once, with a byte order mark or without', async () => {
    const path = saved('mark.har', `\ufeff${JSON.stringify(har(text('hello')))}`);
    const transport = replayTransport(path);
    writeFileSync(path, '');
    expect(await said(transport, '/')).toBe('hello');
  });

  test.each([
    ['{', 'bad_input', 'not a HAR file'],
    ['[]', 'bad_input', 'it has no log.entries'],
    ['{"log":{"entries":{}}}', 'bad_input', 'it has no log.entries'],
    ['{"log":{"entries":[null]}}', 'bad_input', 'entry 0: not a HAR file: its request.url is null'],
    ['{"log":{"entries":[{"request":{"url":"a b"}}]}}', 'bad_input', 'its request.url is "a b"'],
  ])('of %s is refused', (bytes, code, message) => {
    const path = saved('bad.har', bytes);
    expect(() => replayTransport(path)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
    expect(() => replayTransport(path)).toThrow(path);
  });

  test('that is not there, or cannot be read, is refused', () => {
    expect(() => replayTransport(join(folder, 'none.har'))).toThrow(expect.objectContaining({ code: 'no_such_file' }));
    expect(() => replayTransport(folder)).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });
});

test('no name in a recording means anything but itself', async () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty'];
  const headers = names.map((name) => ({ name, value: 'x' }));
  const answered = await ask(replayTransport(har({ headers, ...text('here') })), '/');
  expect([answered.body, answered.headers.slice(0, 6)]).toEqual([
    'here',
    ['__proto__', 'x', 'constructor', 'x', 'hasownproperty', 'x'],
  ]);
  const failed = await ask(replayTransport(har({ status: 0, error: 'constructor' })), '/');
  expect(failed.error?.code).toBe('connection_closed');
});
