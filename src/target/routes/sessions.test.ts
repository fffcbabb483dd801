import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

function basic(text: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

test('cookies are set, each with a header of its own', async () => {
  const { headers } = await ask(`${target.url}/cookies/set?sid=a%3Bb&theme=dark`);
  expect(headers['set-cookie']).toEqual(['sid=a%3Bb; Path=/', 'theme=dark; Path=/']);
});

test('cookies that came are shown', async () => {
  const headers = { Cookie: 'sid=1=2; theme=dark;empty=' };
  expect(await askJson(`${target.url}/cookies`, { headers })).toEqual({
    cookies: { sid: '1=2', theme: 'dark', empty: '' },
  });
  expect(await askJson(`${target.url}/cookies`)).toEqual({ cookies: {} });
});

test('basic authentication lets one user in', async () => {
  const path = `${target.url}/auth/basic/J%C3%B6rg/p%3Aw`;
  expect((await ask(path, { headers: basic('Jörg:p:w') })).status).toBe(200);
  for (const headers of [{}, basic('Jörg:wrong'), { Authorization: 'Bearer p:w' }]) {
    const asked = await ask(path, { headers });
    expect([asked.status, asked.headers['www-authenticate']]).toEqual([401, 'Basic realm="manyfetch target"']);
  }
});

test('a bearer token lets its bearer in', async () => {
  const path = `${target.url}/auth/bearer/tok-1`;
  expect((await ask(path, { headers: { Authorization: 'Bearer tok-1' } })).status).toBe(200);
  for (const headers of [{}, { Authorization: 'Bearer tok-2' }, { Authorization: 'tok-1' }]) {
    const asked = await ask(path, { headers });
    expect([asked.status, asked.headers['www-authenticate']]).toEqual([401, 'Bearer realm="manyfetch target"']);
  }
});
