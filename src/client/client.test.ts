import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { basicAuth } from '../http/auth/basic-auth.ts';
import { bearerAuth } from '../http/auth/bearer-auth.ts';
import { digestAuth } from '../http/auth/digest-auth.ts';
import { CookieJar } from '../http/cookies/cookie-jar.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { startObserved } from '../testing/observed-server.ts';
import { Client } from './client.ts';
import type { ClientOptions } from './client-options.ts';
import { ResponseError } from './response/response-error.ts';

interface Echo {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

let target: Target;
let clientOf: (options?: ClientOptions) => Client;
beforeAll(async () => {
  target = await startTarget();
  clientOf = (options) => new Client({ baseUrl: target.url, ...options });
});
afterAll(() => target.close());
beforeEach(() => target.reset());

describe('a request', () => {
  test.each(['get', 'post', 'put', 'patch', 'delete', 'options'] as const)('%s', async (verb) => {
    await using client = clientOf();
    const response = await client[verb]('/echo');
    expect((await response.json<Echo>()).method).toBe(verb.toUpperCase());
    expect(response).toMatchObject({ status: 200, ok: true, method: verb.toUpperCase(), url: `${target.url}/echo` });
    expect(response).toMatchObject({ attempts: 1, history: [] });
  });

  test('head has headers and no body', async () => {
    await using client = clientOf();
    const response = await client.head('/bytes/1234');
    expect([response.headers.get('Content-Length'), (await response.bytes()).length]).toEqual(['1234', 0]);
  });

  test('of any method, in any case', async () => {
    await using client = clientOf();
    expect((await (await client.request('propfind', '/echo')).json<Echo>()).method).toBe('PROPFIND');
  });

  test('bodies can be read again and again, and changed by nobody', async () => {
    await using client = clientOf();
    const response = await client.get('/text?charset=latin1');
    (await response.bytes()).fill(0);
    expect(await response.text()).toBe('Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n');
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });

  test.each(['/gzip', '/br', '/zstd', '/deflate'])('%s is decoded, unless that is not wanted', async (path) => {
    await using client = clientOf();
    const decoded = await client.get(path);
    expect(await decoded.json()).toMatchObject({ encoding: path.slice(1) });
    const raw = await client.get(path, { decompress: false });
    expect((await raw.bytes()).length).toBeLessThan((await decoded.bytes()).length);
  });

  test('encodings in several headers are undone one after the other', async () => {
    const body = gzipSync(gzipSync('twice'));
    const transport = mockTransport(() => ({ headers: { 'content-encoding': ['gzip', 'gzip'] }, body }));
    await using client = new Client({ transport });
    expect(await (await client.get('http://a.test/')).text()).toBe('twice');
    expect(await (await client.stream('GET', 'http://a.test/')).text()).toBe('twice');
  });

  test('of a body larger than is wanted fails, encoded or not', async () => {
    await using client = clientOf({ maxBodyBytes: 1000 });
    expect((await client.get('/bytes/1000')).status).toBe(200);
    await expect(client.get('/bytes/1001')).rejects.toMatchObject({ code: 'body_too_large' });
    await expect(client.get('/bomb/100000')).rejects.toMatchObject({ code: 'body_too_large' });
  });
});

describe('what is sent', () => {
  const bodies = [
    ['json', { json: { a: [1, null] } }, 'application/json', '{"a":[1,null]}'],
    ['form', { form: { a: 1, b: ['x y', 'ü'] } }, 'application/x-www-form-urlencoded', 'a=1&b=x+y&b=%C3%BC'],
    ['text', { body: 'grüße' }, 'text/plain;charset=UTF-8', 'grüße'],
    ['bytes', { body: Buffer.from('bytes') }, undefined, 'bytes'],
    ['URLSearchParams', { body: new URLSearchParams({ a: 'b c' }) }, 'application/x-www-form-urlencoded', 'a=b+c'],
    ['a list', { body: ['a', Buffer.from('b')] }, undefined, 'ab'],
    ['a Blob', { body: new Blob(['blob'], { type: 'image/x' }) }, 'image/x', 'blob'],
    ['a stream', { body: new Blob(['stream']).stream() }, undefined, 'stream'],
    ['a function', { body: () => ['made ', 'anew'] }, undefined, 'made anew'],
  ] as const;
  test.each(bodies)('a body as %s', async (_, options, type, body) => {
    await using server = await startObserved();
    await using client = new Client();
    await client.post(server.origin, options);
    expect(server.requests).toMatchObject([{ method: 'POST', body }]);
    expect(server.requests[0]?.headers['content-type']).toBe(type);
  });

  test('multipart', async () => {
    await using server = await startObserved();
    await using client = new Client();
    await client.put(server.origin, { multipart: { name: 'Ada', file: new File(['data'], 'a.txt') } });
    const { headers, body } = server.requests[0] ?? {};
    const form = await new Response(body, { headers: { 'content-type': headers?.['content-type'] ?? '' } }).formData();
    expect([form.get('name'), await (form.get('file') as File).text()]).toEqual(['Ada', 'data']);
    expect(headers?.['content-length']).toBe(String(body?.length));
  });

  test('parameters are appended; those of the request win', async () => {
    await using client = clientOf({ params: { lang: 'de', page: 1 } });
    const ask = async (...[path, params]: [string, NonNullable<ClientOptions['params']>?]) =>
      (await (await client.get(path, params === undefined ? {} : { params })).json<Echo>()).query;
    expect(await ask('/echo')).toEqual({ lang: 'de', page: '1' });
    expect(await ask('/echo?q=1#top', { page: 2, tag: ['a&b', 'ü'] })).toEqual({
      q: '1',
      lang: 'de',
      page: '2',
      tag: ['a&b', 'ü'],
    });
    expect(await ask('/echo', { lang: null, page: undefined })).toEqual({});
    expect(await ask('/echo', { lang: null, page: null, '\ud800': '\udc00' })).toEqual({ '\ufffd': '\ufffd' });
    expect(
      await ask(
        '/echo?',
        new URLSearchParams([
          ['x', '1'],
          ['x', '2'],
        ]),
      ),
    ).toEqual({ lang: 'de', page: '1', x: ['1', '2'] });
  });

  test('headers of the request win, and null leaves one out', async () => {
    await using server = await startObserved();
    await using client = new Client({ headers: { 'X-Team': 'blue', 'X-Other': 'kept', 'user-agent': null } });
    await client.get(server.origin, { headers: new Headers({ 'x-team': 'red' }) });
    await client.get(server.origin, { headers: { 'X-Team': null, 'accept-encoding': 'identity' } });
    await client.get(server.origin, { decompress: false });
    const seen = server.requests.map(({ headers }) => headers);
    expect(seen[0]).toMatchObject({ 'x-team': 'red', 'x-other': 'kept', 'accept-encoding': 'gzip, br, zstd, deflate' });
    expect(seen[1]).toMatchObject({ 'x-other': 'kept', 'accept-encoding': 'identity' });
    expect(Object.keys(seen[1] ?? {})).not.toContain('x-team');
    expect(Object.keys(seen[2] ?? {})).not.toContain('accept-encoding');
    expect(Object.keys(seen[0] ?? {})).not.toContain('user-agent');
  });

  test('relative URLs are resolved as links are', async () => {
    await using client = new Client({ baseUrl: `${target.url}/echo/v1/` });
    const path = async (url: string | URL) => (await (await client.get(url)).json<Echo>()).path;
    expect(await path('orders')).toBe('/echo/v1/orders');
    expect(await path('/echo')).toBe('/echo');
    expect(await path(new URL('/echo/x', target.url))).toBe('/echo/x');
  });
});

describe('cookies', () => {
  test('are kept and sent, by default in a jar of the client', async () => {
    await using client = clientOf();
    await client.get('/cookies/set?a=1&b=2');
    const ask = async (options = {}) => (await client.get('/cookies', options)).json();
    expect(await ask()).toEqual({ cookies: { a: '1', b: '2' } });
    expect(await ask({ cookies: { b: 'x', c: 3 } })).toEqual({ cookies: { a: '1', b: 'x', c: '3' } });
    expect(await ask({ cookies: false })).toEqual({ cookies: {} });
    expect(await ask({ headers: { cookie: 'own=1' } })).toEqual({ cookies: { own: '1' } });
    expect(client.cookies?.all().map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('can be shared, or not kept at all', async () => {
    const jar = new CookieJar();
    await using one = clientOf({ cookies: jar });
    await using other = clientOf({ cookies: jar });
    await using none = clientOf({ cookies: false });
    await one.get('/cookies/set?a=1');
    await none.get('/cookies/set?a=1');
    expect(await (await other.get('/cookies')).json()).toEqual({ cookies: { a: '1' } });
    expect(await (await none.get('/cookies')).json()).toEqual({ cookies: {} });
    expect(none.cookies).toBeNull();
  });

  test('set on the way of a redirect are sent where it leads', async () => {
    await using server = await startObserved((request, response) => {
      if (request.path === '/') response.writeHead(302, { location: '/in', 'set-cookie': 'session=1' });
      response.end();
    });
    await using client = new Client();
    await client.get(server.origin);
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, 'session=1']);
  });
});

describe('credentials', () => {
  test('basic, bearer, functions, user info; null sends none', async () => {
    await using client = clientOf({ auth: basicAuth('ada', 'pw') });
    const ask = async (path: string, options = {}) => (await client.get(path, options)).status;
    expect(await ask('/auth/basic/ada/pw')).toBe(200);
    expect(await ask('/auth/basic/ada/pw', { auth: null })).toBe(401);
    expect(await ask('/auth/bearer/t1', { auth: bearerAuth('t1') })).toBe(200);
    expect(await ask('/auth/bearer/t2', { auth: async () => 'Bearer t2' })).toBe(200);
    expect(await ask(`${target.url.replace('//', '//bob:pw2@')}/auth/basic/bob/pw2`)).toBe(200);
  });

  test('a challenge is answered, with the body again', async () => {
    await using server = await startObserved((request, response) => {
      const isAsked = request.headers.authorization?.startsWith('Digest ') !== true;
      if (isAsked) response.writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' });
      response.end();
    });
    await using client = new Client({ auth: digestAuth('ada', 'pw') });
    const response = await client.post(server.origin, { json: 1 });
    expect([response.status, response.attempts]).toEqual([200, 1]);
    expect(server.requests.map(({ body }) => body)).toEqual(['1', '1']);
    const stream = { body: new Blob(['once']).stream(), auth: digestAuth('eve', 'pw') };
    await expect(client.post(server.origin, stream)).rejects.toMatchObject({ code: 'body_not_repeatable' });
  });

  test('what makes them may fail, and then the request does', async () => {
    const refusing = {
      authorize: () => 'x',
      challenged: (): boolean => {
        throw new RangeError('no');
      },
    };
    await using client = clientOf();
    await expect(client.get('/status/200', { auth: refusing })).rejects.toThrow(RangeError);
    await expect(client.get('/status/200', { auth: () => Promise.reject(new RangeError('no token')) })).rejects.toThrow(
      'no token',
    );
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });

  test('who is refused twice gets the refusal', async () => {
    let tokens = 0;
    await using client = clientOf({ auth: bearerAuth(() => `old${tokens++}`) });
    const response = await client.get('/auth/bearer/new');
    expect([response.status, target.stats().total]).toEqual([401, 2]);
  });

  test('of a client with a base URL go to its origin only', async () => {
    await using other = await startObserved();
    await using client = clientOf({ auth: bearerAuth('t') });
    await client.get(other.origin);
    await client.get(other.origin, { auth: bearerAuth('own') });
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer own']);
  });

  test('and cookies do not follow a redirect elsewhere, nor one that comes back from there', async () => {
    await using home = await startObserved((request, response) => {
      const there = request.path === '/' ? `${elsewhere.origin}/` : null;
      if (there !== null) response.writeHead(307, { location: there });
      response.end();
    });
    await using elsewhere = await startObserved((_, response) => {
      response.writeHead(307, { location: `${home.origin}/back` });
      response.end();
    });
    await using client = new Client();
    const options = { auth: bearerAuth('t'), cookies: { c: '1' }, headers: { 'x-api-key': 'k', 'x-plain': 'p' } };
    const response = await client.get(home.origin, options);
    expect(response.url).toBe(`${home.origin}/back`);
    const sent = [...home.requests, ...elsewhere.requests].map(({ headers }) => [
      headers.authorization,
      headers.cookie,
      headers['x-api-key'],
      headers['x-plain'],
    ]);
    expect(sent).toEqual([
      ['Bearer t', 'c=1', 'k', 'p'],
      [undefined, undefined, undefined, 'p'],
      [undefined, undefined, undefined, 'p'],
    ]);
  });
});

describe('redirects', () => {
  test('are followed, and told', async () => {
    await using client = clientOf();
    const response = await client.get('/redirect/2');
    expect(response.url).toBe(`${target.url}/hello/redirected`);
    expect(response.history.map(({ status, url }) => [status, url])).toEqual([
      [302, `${target.url}/redirect/2`],
      [302, `${target.url}/redirect/1`],
    ]);
  });

  test('no further than is wanted', async () => {
    await using client = clientOf({ redirects: 2 });
    expect((await client.get('/redirect/2')).status).toBe(200);
    const error = await client.get('/redirect/3').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ code: 'too_many_redirects', response: { status: 302 } });
    expect((await client.get('/redirect/1', { redirects: 0 })).status).toBe(302);
    await expect(client.get('/redirect-to?url=ftp://x/')).rejects.toMatchObject({ code: 'bad_redirect' });
  });

  test.each([
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', '"x"'],
    [308, 'PATCH', 'PATCH', '"x"'],
  ] as const)('%i makes of %s a %s', async (status, before, after, body) => {
    await using server = await startObserved((request, response) => {
      if (request.path === '/') response.writeHead(status, { location: '/next' });
      response.end();
    });
    await using client = new Client();
    const response = await client.request(before, server.origin, { json: 'x' });
    expect([response.method, server.requests[1]?.method, server.requests[1]?.body]).toEqual([after, after, body]);
  });

  test('that keep a body need one that can be sent again', async () => {
    await using client = clientOf();
    const path = '/redirect-to?status=307&url=/echo';
    const again = await client.post(path, { body: () => new Blob(['again']).stream() });
    expect((await again.json<Echo>()).body).toBe('again');
    const once = client.post(path, { body: new Blob(['once']).stream() });
    await expect(once).rejects.toMatchObject({
      code: 'body_not_repeatable',
      hint: expect.stringContaining('function'),
    });
  });
});

test('an error tells who asked', async () => {
  await using client = clientOf();
  async function whoAsks(path: string): Promise<string> {
    return (await client.get(path)).text();
  }
  const error = await whoAsks('/reset').catch((thrown: unknown) => thrown);
  expect((error as Error).stack).toMatch(/whoAsks .*client\.test/);
});

test('raiseForStatus, by option or by hand, throws the answer', async () => {
  await using client = clientOf({ raiseForStatus: true });
  const error = await client.get('/status/404?token=secret').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'http_status', response: { status: 404 } });
  expect(String(error)).not.toContain('secret');
  const response = await client.get('/status/503', { raiseForStatus: false });
  expect(() => response.raiseForStatus()).toThrow(ResponseError);
  expect((await client.get('/status/204')).raiseForStatus().status).toBe(204);
});
