import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

async function wait(value: string): Promise<string | undefined> {
  return (await ask(`${target.url}/status/503?retry-after=${encodeURIComponent(value)}`)).headers['retry-after'];
}

test('the welcome lists every path, each with what it does', async () => {
  const { paths } = await askJson(target.url);
  expect(Object.keys(paths as object)).toEqual([
    '/',
    '/hello/{name}',
    '/status/{code}',
    '/echo',
    '/delay/{seconds}',
    '/drip/{n}',
    '/silent',
    '/rate/{perSecond}',
    '/tokens/{perMinute}',
    '/limit/{n}',
    '/knee/{n}',
    '/outage',
    '/flaky/{percent}',
    '/reset',
    '/cut',
    '/garbage',
    '/close',
    '/headers/{bytes}',
    '/bytes/{n}',
    '/text',
    '/json/pretty',
    '/gzip',
    '/br',
    '/zstd',
    '/deflate',
    '/bomb/{bytes}',
    '/redirect/{n}',
    '/redirect-to',
    '/cookies',
    '/auth/basic/{user}/{password}',
    '/stats',
  ]);
  expect(Object.values(paths as object).every((about) => typeof about === 'string' && about !== '')).toBe(true);
});

test('the greeting takes a name, percent-encoded if need be', async () => {
  expect(await askJson(`${target.url}/hello/J%C3%B6rg%2F1`)).toEqual({ hello: 'Jörg/1', message: 'Hello, Jörg/1!' });
  expect(await askJson(`${target.url}/hello/100%`)).toMatchObject({ hello: '100%' });
  expect(await askJson(`${target.url}/hello`)).toMatchObject({ hello: 'world' });
});

test('any status is answered, without a body where there may be none', async () => {
  for (const status of [200, 201, 404, 418, 429, 500, 503, 599, 700]) {
    const asked = await ask(`${target.url}/status/${status}`);
    expect([asked.status, JSON.parse(asked.body.toString())]).toEqual([status, { status }]);
    expect(asked.headers).not.toHaveProperty('retry-after');
  }
  for (const status of [204, 304]) {
    const asked = await ask(`${target.url}/status/${status}`);
    expect([asked.status, asked.body.length, asked.error]).toEqual([status, 0, null]);
  }
});

test('a status can name a wait, as seconds or as a date', async () => {
  expect(await wait('120')).toBe('120');
  expect(await wait('Fri, 31 Dec 1999 23:59:59 GMT')).toBe('Fri, 31 Dec 1999 23:59:59 GMT');
  expect(await wait('1\r\nX-Evil: 1')).toBe('1X-Evil: 1');
});
