// Credentials arrive where they are meant to, and nowhere else: not behind a redirect to another origin,
// and those of a proxy not at the target.

import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTarget } from '../../src/target/start-target.ts';
import type { Target } from '../../src/target/start-target.ts';
import { again, answer, readRequest, send, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { testCertificate } from '../../src/testing/test-certificate.ts';
import { startHttpProxy, startSocksProxy } from '../../src/testing/test-proxy.ts';
import { storyOf, tryRun } from './try-run.ts';

let plain: Target;
let secure: Target;
let folder: string;
beforeAll(async () => {
  plain = await startTarget();
  secure = await startTarget({ tls: { key: testCertificate('server-key'), cert: testCertificate('server') } });
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-credentials-'));
  writeFileSync(join(folder, 'ca.pem'), testCertificate('ca'));
});
beforeEach(() => {
  plain.reset();
  secure.reset();
});
afterAll(async () => {
  await Promise.all([plain.close(), secure.close()]);
  rmSync(folder, { recursive: true });
});

const headerOf = (request: string | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\\r$`, 'im').exec(request ?? '')?.[1];

test('basic, bearer and user info are what the server asks for', async () => {
  const basic = `${plain.url}/auth/basic/ann/hush`;
  const bearer = `${plain.url}/auth/bearer/hush`;
  const withUserInfo = basic.replace('//', '//ann:hush@');
  expect((await tryRun([{ url: basic }], { user: 'ann:hush' })).rows.map(storyOf)).toEqual(['ok 200 x1']);
  expect((await tryRun([{ url: bearer }], { bearer: 'hush' })).rows.map(storyOf)).toEqual(['ok 200 x1']);
  expect((await tryRun([{ url: withUserInfo }])).rows.map(storyOf)).toEqual(['ok 200 x1']);
  const wrong = await tryRun([{ url: basic }], { user: 'ann:loud' });
  expect(wrong.rows.map(storyOf)).toEqual(['failed 401 x1']);
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) to another origin leaves credentials behind', async (status) => {
  await using there = await startScriptedServer([readRequest, answer('hello'), again]);
  const location = `HTTP/1.1 ${status} Elsewhere\r\nlocation: ${there.origin}/there\r\ncontent-length: 0\r\n\r\n`;
  await using here = await startScriptedServer([readRequest, send(location), again]);
  const record = {
    url: `${here.origin}/`,
    body: { n: 1 },
    headers: { 'X-Api-Key': 'hush', Cookie: 'sid=hush', Accept: 'x/y' },
  };
  const { rows } = await tryRun([record], { bearer: 'hush' });
  expect(rows[0]).toMatchObject({ result: 'ok', attempts: 1, finalUrl: `${there.origin}/there` });
  expect(headerOf(here.requests[0], 'authorization')).toBe('Bearer hush');
  expect(here.requests[0]).toContain('sid=hush');
  expect(there.requests[0]).not.toContain('hush');
  expect(headerOf(there.requests[0], 'accept')).toBe('x/y');
  expect(there.requests[0]).toMatch(status < 304 ? /^GET \/there / : /^POST \/there .*\{"n":1\}$/s);
});

test('a redirect within the origin keeps them', async () => {
  const url = `${plain.url}/redirect-to?url=/auth/bearer/hush`;
  const { rows } = await tryRun([{ url }], { bearer: 'hush' });
  expect(rows[0]).toMatchObject({ result: 'ok', finalUrl: `${plain.url}/auth/bearer/hush` });
});

test.each(['ann:hush', undefined])('a proxy that forwards, credentials %s', async (credentials) => {
  await using there = await startScriptedServer([readRequest, answer('hello'), again]);
  await using proxy = await startHttpProxy(there.port, credentials);
  const userInfo = credentials === undefined ? '' : `${credentials}@`;
  const { rows } = await tryRun([{ url: 'http://a.test/x' }, { url: 'http://b.test/y' }], {
    proxy: `http://${userInfo}127.0.0.1:${proxy.port}`,
  });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x1']);
  const as = credentials === undefined ? '' : ` as ${credentials}`;
  expect(proxy.asked.toSorted()).toEqual([`GET http://a.test/x${as}`, `GET http://b.test/y${as}`]);
  expect(there.requests.join('')).not.toMatch(/proxy-authorization|hush/i);
});

test.each(['1.1', '2'] as const)('a tunnel to a TLS server, HTTP %s', async (http) => {
  await using proxy = await startHttpProxy(secure.port, 'ann:hush');
  const { rows } = await tryRun([{ url: `https://localhost:${secure.port}/hello/you` }], {
    proxy: `http://ann:hush@127.0.0.1:${proxy.port}`,
    cacert: join(folder, 'ca.pem'),
    http,
  });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1']);
  expect(proxy.asked).toEqual([`CONNECT localhost:${secure.port} as ann:hush`]);
});

test('SOCKS5, with a user and a password', async () => {
  await using proxy = await startSocksProxy(plain.port, 'ann:hush');
  const { rows } = await tryRun([{ url: 'http://a.test/hello/you' }], {
    proxy: `socks5://ann:hush@127.0.0.1:${proxy.port}`,
  });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1']);
  expect(proxy.asked).toEqual(['a.test:80 as ann:hush']);
});

test('a proxy that refuses: nothing was sent, and what to do is told', async () => {
  await using proxy = await startHttpProxy(secure.port, 'ann:hush');
  const records = ['http://a.test/', `https://localhost:${secure.port}/`].map((url) => ({
    url,
    body: 'x',
    method: 'POST',
  }));
  const { rows, traces } = await tryRun(records, {
    proxy: `http://ann:loud@127.0.0.1:${proxy.port}`,
    retries: 1,
    delivery: 'at-most-once',
  });
  expect(rows.map(({ error }) => error?.message)).toEqual(
    Array(2).fill(expect.stringMatching(/wants a user name and password \(407\)/)),
  );
  expect(rows[1] && storyOf(rows[1])).toBe('failed proxy_failed x2');
  expect(secure.stats().total).toBe(0);
  expect(traces).not.toContain('loud');
});

test('a proxy that is not there', async () => {
  const gone = await startHttpProxy(1);
  const proxy = `http://ann:hush@127.0.0.1:${gone.port}`;
  await gone[Symbol.asyncDispose]();
  const { rows, traces } = await tryRun([{ url: `${plain.url}/hello/you` }], { proxy, retries: 0 });
  expect(rows.map(storyOf)).toEqual(['failed proxy_failed x1']);
  expect(traces).not.toContain('hush');
  expect(plain.stats().total).toBe(0);
});
