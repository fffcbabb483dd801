import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { fetchMany } from './fetch-many.ts';
import { authorizationOf, ItemRules } from './item-rules.ts';
import type { SourceItem } from '../request-input.ts';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = target.url;
});
afterAll(() => target.close());
beforeEach(() => target.reset());

describe('a request may want it otherwise than the options say', () => {
  test('retries, redirects and statuses', async () => {
    const items = [
      { url: `${url}/status/500` },
      { url: `${url}/status/500`, retries: 2 },
      { url: `${url}/status/404`, success: '2xx,404' },
      { url: `${url}/status/204`, success: '404' },
      { url: `${url}/redirect/2`, redirects: 1 },
      { url: `${url}/redirect/2`, redirects: 2 },
      { url: `${url}/redirect/2`, redirects: 0 },
      { url: `${url}/redirect/2` },
    ];
    const results = await fetchMany(items, { ordered: true, retries: 0, redirects: 9 }).toArray();
    expect(results.map(({ result, status, attempts, error }) => [result, status, attempts, error?.code])).toEqual([
      ['failed', 500, 1, 'http_status'],
      ['failed', 500, 3, 'http_status'],
      ['ok', 404, 1, undefined],
      ['failed', 204, 1, 'http_status'],
      ['failed', 302, 1, 'too_many_redirects'],
      ['ok', 200, 1, undefined],
      ['failed', 302, 1, 'too_many_redirects'],
      ['ok', 200, 1, undefined],
    ]);
    expect(results[4]?.error?.message).toMatch(/^more than 1 redirects; /);
  });

  test('and as whom it is sent, unless its headers say so', async () => {
    const items = [
      { url: `${url}/echo` },
      { url: `${url}/echo`, user: 'ann:b' },
      { url: `${url}/echo`, bearer: 'own', json: {} },
      { url: `${url}/echo`, bearer: 'own', headers: { Authorization: 'Digest x' } },
      { url: `${url}/echo`, bearer: 'own', headers: { authorization: null } },
    ];
    type Echo = { headers: Record<string, string> };
    const parse = async (result: { json<T>(): Promise<T> }) => (await result.json<Echo>()).headers['authorization'];
    const results = await fetchMany(items, { ordered: true, bearer: 'all', parse }).toArray();
    expect(results.map(({ value }) => value)).toEqual([
      'Bearer ***',
      'Basic ***',
      'Bearer ***',
      'Digest ***',
      undefined,
    ]);
  });

  test('what it cannot want is its own failure, and nothing is sent', async () => {
    const items = [
      [{ retries: -1, id: 7 }, 'field "retries" must be a whole number from 0 up, and is -1'],
      [{ retries: '3' }, 'field "retries" must be a whole number from 0 up, and is "3"'],
      [{ redirects: 1.5 }, 'field "redirects" must be a whole number from 0 up, and is 1.5'],
      [{ redirects: [1] }, 'field "redirects" must be a whole number from 0 up, and is an array'],
      [{ success: 'fine' }, 'field "success" must be a list of statuses such as 2xx,404, and is "fine"'],
      [{ success: 200 }, 'field "success" must be a list of statuses such as 2xx,404, and is a number'],
      [{ user: 'secret' }, 'field "user" must be name:password, and is a text without ":"'],
      [{ bearer: 'secret\n' }, 'field "bearer" must be a token, one line of ASCII text, and is none'],
      [{ bearer: 5 }, 'field "bearer" must be a token, one line of ASCII text, and is a number'],
      [{ user: 'a:secret', bearer: 'secret' }, 'the request has both "user" and "bearer"'],
    ] as const;
    const source = items.map(([fields]) => ({ url, ...fields }) as unknown as SourceItem);
    const results = await fetchMany(source, { ordered: true }).toArray();
    for (const [at, { error, attempts }] of results.entries()) {
      expect([error?.code, attempts]).toEqual(['bad_record', 0]);
      expect(error?.message.startsWith(`${items[at]?.[1]}. `)).toBe(true);
      expect(error?.message).not.toContain('secret');
    }
    expect([results[0]?.id, target.stats().total]).toEqual(['7', 0]);
  });
});

test('a request that wants nothing otherwise costs nothing, and equal lists of statuses are read once', () => {
  const rules = new ItemRules();
  expect(rules.of({ url: '/', timeoutMs: 5, retries: null, success: undefined })).toBeUndefined();
  expect(rules.of({ success: '404' })?.success).toBe(rules.of({ success: '404' })?.success);
  expect(rules.of({ success: '2xx' })?.success?.has(404)).toBe(false);
  expect(authorizationOf({ user: null })).toBeNull();
});
