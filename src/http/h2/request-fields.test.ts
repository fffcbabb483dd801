import { describe, expect, test } from 'vitest';
import { requestTo } from '../../testing/recorded-exchange.ts';
import type { HttpRequest } from '../request.ts';
import { inChunks } from '../wire/request-head.ts';
import { RequestFields } from './request-fields.ts';

const origin = 'https://a.com:8443';

function list(changes: Partial<HttpRequest>, length: number | null = null, fields = new RequestFields(origin)) {
  return fields.list(requestTo(origin, changes), length);
}

const pseudo = [':method', 'GET', ':path', '/', ':scheme', 'https', ':authority', 'a.com:8443'];

describe('the header section of a request', () => {
  test('begins with pseudo-headers; names are in lower case', () => {
    expect(list({ headers: ['X-A', 'B', 'x-a', 'c'] })).toEqual([...pseudo, 'x-a', 'B', 'x-a', 'c']);
  });

  test('has no fields of connections, and `host` is the authority', () => {
    const headers = ['Connection', 'close', 'Host', 'b.com', 'TE', 'trailers', 'Proxy-Connection', 'x', 'TE', 'gzip'];
    expect(list({ headers })).toEqual([...pseudo.slice(0, 7), 'b.com', 'te', 'trailers']);
    expect(list({ ownHeaders: ['host', 'c.com', 'connection', 'x'] })).toEqual([...pseudo.slice(0, 7), 'c.com']);
  });

  test.each([
    ['transfer-encoding', 'chunked'],
    ['keep-alive', 'timeout=5'],
    ['upgrade', 'h2c'],
    ['content-length', '3'],
    ['x-a', 'b\nc'],
    ['x-a', 'b\0'],
    ['x a', 'b'],
    [':path', '/b'],
  ])('refuses %j: %j', (name, value) => {
    expect(() => list({ headers: [name, value] })).toThrow(expect.objectContaining({ code: 'bad_header' }));
    expect(() => list({ ownHeaders: [name, value] })).toThrow(expect.objectContaining({ code: 'bad_header' }));
  });

  test('tells the length of the body where there is one, or where one is expected', () => {
    expect(list({ method: 'POST', body: 'x' }, 1).slice(8)).toEqual(['content-length', '1']);
    expect(list({ method: 'POST' }).slice(8)).toEqual(['content-length', '0']);
    expect(list({ method: 'DELETE' }).slice(8)).toEqual([]);
    expect(list({ method: 'POST' }, inChunks).slice(8)).toEqual([]);
  });

  test('of a list that comes again is the same, and so is what follows it', () => {
    const fields = new RequestFields(origin);
    const headers = ['x-a', 'b', 'host', 'b.com'];
    const first = list({ headers, ownHeaders: ['key', '1'] }, null, fields);
    expect(list({ headers, ownHeaders: ['host', 'c.com'] }, null, fields)[7]).toBe('c.com');
    expect(list({ headers, ownHeaders: ['key', '1'] }, null, fields)).toEqual(first);
    expect(list({ headers: [] }, null, fields)).toEqual(pseudo);
  });

  test('is refused where it would end the session', () => {
    const huge = Array.from({ length: 20 }, () => ['x-a', 'b'.repeat(60_000)]).flat();
    expect(() => list({ headers: huge })).toThrow(expect.objectContaining({ code: 'bad_header' }));
  });
});
