import { describe, expect, test } from 'vitest';
import { redirect } from './redirects.ts';
import { allHeaders } from './request.ts';
import type { HttpRequest } from './request.ts';

const post: HttpRequest = {
  method: 'POST',
  origin: 'https://api.example.com',
  path: '/v1/a/b?c=d',
  headers: ['Accept', '*/*', 'Content-Type', 'text/plain', 'Authorization', 'Bearer s', 'Idempotency-Key', 'k'],
  body: 'x',
  shownUrl: 'https://api.example.com/v1/a/b?c=***',
};

function follow(request: HttpRequest, status: number, location: string): HttpRequest {
  const outcome = redirect(request, status, ['x', 'y', 'location', location]);
  if (outcome.kind !== 'follow') throw new Error(`it was not followed: ${JSON.stringify(outcome)}`);
  return outcome.request;
}

describe('method and body', () => {
  test.each([
    [301, 'POST', 'GET', null],
    [302, 'POST', 'GET', null],
    [303, 'POST', 'GET', null],
    [307, 'POST', 'POST', 'x'],
    [308, 'POST', 'POST', 'x'],
    [301, 'PUT', 'PUT', 'x'],
    [302, 'DELETE', 'DELETE', 'x'],
    [303, 'PUT', 'GET', null],
    [303, 'HEAD', 'HEAD', null],
    [302, 'HEAD', 'HEAD', 'x'],
    [303, 'GET', 'GET', null],
  ])('%i turns %s into %s', (status, method, nextMethod, body) => {
    const next = follow({ ...post, method }, status, '/n');
    expect([next.method, next.body]).toEqual([nextMethod, body]);
    expect(next.headers.includes('Content-Type')).toBe(body !== null);
    expect(next.headers).toContain('Accept');
  });

  test.each([200, 300, 304, 305, 306, 404])('%i leads nowhere', (status) => {
    expect(redirect(post, status, ['location', '/n'])).toEqual({ kind: 'none' });
  });

  test('without a location it leads nowhere', () => {
    expect(redirect(post, 302, ['x', 'y'])).toEqual({ kind: 'none' });
  });
});

describe('location', () => {
  test.each([
    ['/n?q=1', 'https://api.example.com', '/n?q=1'],
    ['n', 'https://api.example.com', '/v1/a/n'],
    ['../n', 'https://api.example.com', '/v1/n'],
    ['?q', 'https://api.example.com', '/v1/a/b?q'],
    ['', 'https://api.example.com', '/v1/a/b?c=d'],
    ['/n#part', 'https://api.example.com', '/n'],
    ['//other.example.com/n', 'https://other.example.com', '/n'],
    ['http://api.example.com:80', 'http://api.example.com', '/'],
    ['https://user:secret@b.example.com/n', 'https://b.example.com', '/n'],
    ['/gr\u00c3\u00bcn', 'https://api.example.com', '/gr%C3%BCn'],
    ['/a b', 'https://api.example.com', '/a%20b'],
  ])('%j', (location, origin, path) => {
    const next = follow(post, 302, location);
    expect([next.origin, next.path, next.shownUrl]).toEqual([origin, path, origin + path]);
  });

  test.each([
    ['//other.example.com/a', 'n', '//other.example.com/n'],
    ['//', '/n', '/n'],
    ['//', '?q', '//?q'],
  ])('of a path that begins with two slashes: %j, %j', (path, location, next) => {
    expect(follow({ ...post, path }, 302, location)).toMatchObject({ origin: post.origin, path: next });
  });

  test.each(['http://[', 'https://', 'http://a:99999/'])('%j is bad', (location) => {
    const outcome = redirect(post, 302, ['location', location]);
    expect(outcome).toEqual({ kind: 'bad', message: expect.stringContaining(JSON.stringify(location)) });
  });

  test('credentials are not shown: in a query, in user info', () => {
    expect(follow(post, 302, '/n?api_key=S3CRET&q=1')).toMatchObject({
      path: '/n?api_key=S3CRET&q=1',
      shownUrl: 'https://api.example.com/n?api_key=***&q=1',
    });
    expect(redirect(post, 302, ['location', 'http://u:S3/CRET@a:99999/?sig=S3CRET'])).toEqual({
      kind: 'bad',
      message: 'the answer 302 redirects to "http://***@a:99999/?sig=***", which is not a URL',
    });
  });

  test.each(['ftp://a/b', 'javascript:alert(1)', 'file:///etc/passwd'])('%j is bad: not http', (location) => {
    expect(redirect(post, 302, ['location', location]).kind).toBe('bad');
  });
});

describe('headers', () => {
  const secrets = [
    'Authorization',
    'COOKIE',
    'Proxy-Authorization',
    'X-Api-Key',
    'apikey',
    'X-Goog-Api-Key',
    'X-Auth',
    'X-Session',
    'X-Api-Signature',
    'X-Amz-Security-Token',
    'X-Client-Secret',
    'Ocp-Apim-Subscription-Key',
    'Host',
  ];
  const request: HttpRequest = { ...post, headers: [...post.headers, ...secrets.flatMap((name) => [name, 's3cret'])] };

  test.each(['https://other.example.com/', 'http://api.example.com/', 'https://api.example.com:8443/'])(
    'no secret goes to another origin: %s',
    (location) => {
      const next = follow(request, 307, location);
      expect(next.headers).toEqual(['Accept', '*/*', 'Content-Type', 'text/plain', 'Idempotency-Key', 'k']);
    },
  );

  test('the same origin gets them all', () => {
    expect(follow(request, 307, '/n').headers).toEqual(request.headers);
  });
});

test('headers of its own go where the shared ones go, and a credential among them does not', () => {
  const headers = ['Accept', '*/*'];
  const own = { ...post, headers, ownHeaders: ['Idempotency-Key', 'k', 'X-Token', 't', 'Content-Language', 'de'] };
  const all = [...headers, ...own.ownHeaders];
  expect(allHeaders(follow(own, 307, '/n'))).toEqual(all);
  expect(allHeaders(follow(own, 302, '/n'))).toEqual(all.slice(0, 6));
  const elsewhere = allHeaders(follow(own, 307, 'https://other.example/n'));
  expect(elsewhere).toEqual(all.filter((_, at) => at !== 4 && at !== 5));
});
