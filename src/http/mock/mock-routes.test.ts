// Which route a request takes.

import { describe, expect, test } from 'vitest';
import { MockRouter } from './mock-routes.ts';

const origin = 'https://api.test:8443';

describe('a route', () => {
  test.each<[string, string, string, Record<string, string> | null]>([
    ['GET /a', 'GET', '/a', {}],
    ['get /a', 'GET', '/a', {}],
    ['GET /a', 'POST', '/a', null],
    ['/a', 'DELETE', '/a?x=1', {}],
    ['* /a', 'DELETE', '/a', {}],
    ['/a', 'GET', '/a/', null],
    ['/a.b', 'GET', '/a-b', null],
    ['/a(b)+', 'GET', '/a(b)+', {}],
    ['*', 'PATCH', '/any/thing?at=all', {}],
    ['/files/*', 'GET', '/files/a/b', {}],
    ['/files/*.json', 'GET', '/files/a/b.json', {}],
    ['/files/*', 'GET', '/file', null],
    ['/u/:id', 'GET', '/u/7', { id: '7' }],
    ['/u/:id', 'GET', '/u/', null],
    ['/u/:id', 'GET', '/u/7/8', null],
    ['/u/:a/x/:b_2', 'GET', '/u/1/x/%C3%BC', { a: '1', b_2: 'ü' }],
    ['/u/:id', 'GET', '/u/%ff', { id: '%ff' }],
    ['/at/12:30', 'GET', '/at/12:30', {}],
    ['/a?x=1', 'GET', '/a?y=2&x=1', {}],
    ['/a?x=1', 'GET', '/a?x=2', null],
    ['/a?x=1&x=2', 'GET', '/a?x=2&x=1', {}],
    ['/a?x=1', 'GET', '/a', null],
    ['https://api.test:8443/a', 'GET', '/a', {}],
    ['GET https://api.test:8443', 'GET', '/', {}],
    ['https://API.test:8443/a', 'GET', '/a', {}],
    ['https://api.test/a', 'GET', '/a', null],
    ['https://*.test:8443/a', 'GET', '/a', {}],
  ])('%s for %s %s: %o', (name, method, path, params) => {
    const taken = new MockRouter({ [name]: { status: 204 } }).take(method, origin, path);
    expect(taken?.params ?? null).toEqual(params);
  });

  test.each(['', 'a', 'GET', 'GET a', 'ftp://x/', 'GET  /a', '/:id/:id'])('cannot be %j', (name) => {
    expect(() => new MockRouter({ [name]: {} })).toThrow(/^Expected a route to be a method and a path or URL/);
  });

  test('that comes first is taken, and others keep their turn', () => {
    const router = new MockRouter({
      '/a': [{ status: 201 }, { status: 202 }],
      '*': [{ status: 301 }, { status: 302 }],
    });
    const given = ['/a', '/b', '/a', '/b', '/a'].map((path) => router.take('GET', origin, path)?.given);
    expect(given).toMatchObject([201, 301, 202, 302, 202].map((status) => ({ status })));
  });
});
