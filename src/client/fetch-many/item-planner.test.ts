import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { allHeaders } from '../../http/request.ts';
import { DefaultHeaders } from '../default-headers.ts';
import { ItemPlanner } from './item-planner.ts';
import type { HeadersInput } from '../request-input.ts';

function planned(item: unknown, headers?: HeadersInput, authorization: string | null = null) {
  const planner = new ItemPlanner({
    runId: 'run',
    baseUrl: new URL('https://api.example.com/v1/'),
    headers: new DefaultHeaders(headers, authorization),
    idempotencyHeader: 'Idempotency-Key',
    countsCost: true,
  });
  const plan = planner.plan({ value: item, index: 3 });
  if (plan.kind !== 'request') throw new Error(plan.kind);
  const { request } = plan;
  const section: Record<string, string> = {};
  const all = allHeaders(request);
  for (let at = 0; at < all.length; at += 2) {
    const name = String(all[at]).toLowerCase();
    section[name] = [section[name], all[at + 1]].filter((value) => value !== undefined).join(' | ');
  }
  return { ...request, id: plan.id, timeoutMs: plan.timeoutMs, cost: plan.cost, section };
}

test('an item may say what it costs', () => {
  expect(planned({ url: '/', cost: 12.5 }).cost).toBe(12.5);
  expect(planned('/').cost).toBeNull();
});

test('a URL is a GET, resolved against the base', () => {
  for (const item of ['orders?x=1', new URL('https://api.example.com/v1/orders?x=1')]) {
    expect(planned(item)).toMatchObject({ method: 'GET', origin: 'https://api.example.com', path: '/v1/orders?x=1' });
  }
  expect(planned({ url: 'http://a.example/b', timeoutMs: Infinity })).toMatchObject({ timeoutMs: 2 ** 31 - 1 });
  expect(planned({ url: new URL('http://a.example/b'), id: 7, timeoutMs: 5 })).toMatchObject({
    origin: 'http://a.example',
    id: '7',
    timeoutMs: 5,
  });
});

test.each([
  [{ body: 'text' }, 'text', 'text/plain; charset=utf-8'],
  [{ body: '' }, '', 'text/plain; charset=utf-8'],
  [{ body: new Uint8Array([1, 2]) }, new Uint8Array([1, 2]), undefined],
  [{ json: { a: [1, null] } }, '{"a":[1,null]}', 'application/json'],
  [{ json: 'text' }, '"text"', 'application/json'],
  [{ json: null }, 'null', 'application/json'],
  [{ json: null, form: null }, 'null', 'application/json'],
  [{ form: { a: [1, 'b c'], d: null } }, 'a=1&a=b+c', 'application/x-www-form-urlencoded'],
  [{ form: new URLSearchParams('a=%26'), body: null }, 'a=%26', 'application/x-www-form-urlencoded'],
  [{ json: 0, headers: { 'Content-Type': 'application/vnd.api+json' } }, '0', 'application/vnd.api+json'],
] as const)('a body %j', (item, body, type) => {
  const request = planned({ url: '/', ...item });
  expect([request.method, request.body, request.section['content-type']]).toEqual(['POST', body, type]);
  expect(request.section['idempotency-key']).toBe('run-3');
});

test.each([
  [{ page: 2, tag: ['a', 'b&c'], none: null }, '/v1/orders?x=1&page=2&tag=a&tag=b%26c'],
  [new Map([['é', 'ü']]), '/v1/orders?x=1&%C3%A9=%C3%BC'],
  [null, '/v1/orders?x=1'],
] as const)('parameters %j', (params, path) => {
  for (const url of ['orders?x=1', new URL('https://api.example.com/v1/orders?x=1#top')])
    expect(planned({ url, params })).toMatchObject({ method: 'GET', path });
});

test('no body: neither undefined JSON nor undefined text', () => {
  const request = planned({ url: '/', json: undefined, body: undefined, method: 'put' });
  expect([request.method, request.body, request.section['content-type']]).toEqual(['PUT', null, undefined]);
});

test.each([
  ['an object', { 'X-Own': 'mine', 'x-list': ['a', 'b'] }],
  ['Headers', new Headers([['X-Own', 'mine']])],
  ['pairs', [['X-Own', 'mine']]],
  ['a map', new Map([['X-Own', 'mine']])],
] as const)("headers of the request win over the options' (%s)", (_name, headers) => {
  const request = planned({ url: '/', headers }, { 'x-own': 'yours', 'X-All': 'all', 'user-agent': 'me' });
  expect(request.section).toMatchObject({ 'x-own': 'mine', 'x-all': 'all', 'user-agent': 'me' });
});

test('a header that is null or undefined leaves out what the options give', () => {
  const request = planned(
    { url: '/', headers: { Authorization: null, 'x-all': undefined } },
    { 'x-all': '1' },
    'Bearer t',
  );
  expect(request.section).not.toHaveProperty('authorization');
  expect(request.section).not.toHaveProperty('x-all');
  expect(planned('/', {}, 'Bearer t').section['authorization']).toBe('Bearer t');
  expect(planned('/', { Authorization: 'Basic x' }, 'Bearer t').section['authorization']).toBe('Basic x');
});

function asWhom(item: object): string | undefined {
  return planned({ url: '/', ...item }, {}, 'Bearer all').section['authorization'];
}

test('a request may be sent as somebody else, unless its headers say as whom', () => {
  expect(asWhom({})).toBe('Bearer all');
  expect(asWhom({ user: 'ann:b' })).toBe('Basic YW5uOmI=');
  expect(asWhom({ bearer: 'own', json: {} })).toBe('Bearer own');
  expect(asWhom({ bearer: 'own', headers: { Authorization: 'Digest x' } })).toBe('Digest x');
  expect(asWhom({ bearer: 'own', headers: { authorization: null } })).toBeUndefined();
});

test('repeated pairs are all sent', () => {
  const pairs = [
    ['x-a', '1'],
    ['x-a', '2'],
    ['x-a', '3'],
  ] as const;
  expect(planned({ url: '/', headers: pairs }).section['x-a']).toBe('1 | 2 | 3');
});

test('the item itself stays as it was', () => {
  const item = Object.freeze({ url: '/', json: { a: 1 }, headers: Object.freeze({ 'x-a': '1' }) });
  expect(planned(item, { 'x-b': '2' }).section).toMatchObject({ 'x-a': '1', 'x-b': '2' });
});

test.each([
  [{ json: 1, body: 'a' }, 'the request has both "body" and "json"'],
  [{ json: 1, form: {} }, 'the request has both "json" and "form"'],
  [{ body: 'a', json: 1, form: {} }, 'the request has both "body" and "json" and "form"'],
  [{ form: 'a=secret' }, 'Expected the fields of a form to be an object'],
  [{ params: 'a=secret' }, 'Expected `params` to be an object'],
  [{ params: { a: {} } }, 'Expected the field "a" to be text'],
] as const)('%j cannot be sent, which is an error of the item', (item, message) => {
  const headers = new DefaultHeaders(undefined, null);
  const planner = new ItemPlanner({ runId: 'r', baseUrl: null, headers, idempotencyHeader: null, countsCost: false });
  const plan = planner.plan({ value: { url: 'http://a.example/', ...item }, index: 0 });
  expect(plan).toMatchObject({ kind: 'bad', error: { code: 'bad_record', message: expect.stringContaining(message) } });
  expect(inspect(plan)).not.toContain('secret');
});

test.each([
  [5, 'the item is a number, and no request'],
  [null, 'the item is null, and no request'],
  [['http://a.example/'], 'the item is a list, and no request'],
  [{ uri: 'http://a.example/' }, 'the item has no "url"; the nearest that it has is "uri"'],
  [{ url: null }, 'the item has no "url"'],
])('%j is no request, and is told what is one', (value, message) => {
  const headers = new DefaultHeaders(undefined, null);
  const planner = new ItemPlanner({ runId: 'r', baseUrl: null, headers, idempotencyHeader: null, countsCost: false });
  const error = { message: expect.stringContaining(message), hint: 'An item is a URL, or an object with a `url`.' };
  expect(planner.plan({ value, index: 0 })).toMatchObject({ kind: 'bad', error });
});
