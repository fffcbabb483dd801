// A client with cookies, credentials and forms against servers that check what they get: what only shows when all of it works together.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client, CookieJar, digestAuth, filePart, streamPart } from '../../src/index.ts';
import { type Target, startTarget } from '../../src/target/start-target.ts';
import { digestPassword, digestUser, startDigestServer } from '../../src/testing/digest-server.ts';
import { startObserved } from '../../src/testing/observed-server.ts';

let folder = '';
let target: Target;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessions-'));
  target = await startTarget();
});
afterAll(async () => {
  await target.close();
  await rm(folder, { recursive: true });
});

test.each([
  ['good for ever', {}],
  ['good for one use', { nonceUses: 1 }],
  ['named ahead', { nonceUses: 1, givesNext: true }],
])('a hundred requests at once with Digest and nonces that are %s', async (_, rules) => {
  await using server = await startDigestServer({ algorithm: 'SHA-256-sess', qop: 'auth-int', ...rules });
  const auth = digestAuth(digestUser, digestPassword);
  await using client = new Client({ baseUrl: server.url, auth, concurrency: 20 });
  const responses = await Promise.all(
    Array.from({ length: 100 }, (__, i) => (i % 2 === 0 ? client.get(`/${i}`) : client.post(`/${i}`, { json: { i } }))),
  );
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
  expect(server.refusals.filter((why) => why !== 'stale')).toEqual([]);
});

test('a wrong password is tried once for each call', async () => {
  await using server = await startDigestServer({ algorithm: 'SHA-256', qop: 'auth' });
  await using client = new Client({ baseUrl: server.url, auth: digestAuth(digestUser, 'wrong') });
  expect([(await client.get('/')).status, (await client.get('/')).status]).toEqual([401, 401]);
  expect(server.refusals).toEqual(['wrong proof', 'wrong proof']);
});

test('a challenge behind a redirect to another origin is not answered', async () => {
  await using elsewhere = await startDigestServer({ algorithm: 'MD5', qop: 'auth' });
  await using home = await startObserved((_, response) => {
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  await using client = new Client({ auth: digestAuth(digestUser, digestPassword) });
  expect((await client.get(home.origin)).status).toBe(401);
  expect(elsewhere.statuses).toEqual([401]);
  expect(elsewhere.refusals).toEqual([]);
});

test('a form with a file is sent again, whole, when it is redirected and when it is retried', async () => {
  const path = join(folder, 'orders.csv');
  await writeFile(path, 'id\n'.repeat(50_000));
  await using server = await startObserved((_, response, count) => {
    response.setHeader('location', '/moved');
    response.writeHead([307, 503, 200][count] ?? 500).end();
  });
  await using client = new Client({ retries: 1 });
  const response = await client.put(server.origin, { multipart: { title: 'March', orders: filePart(path) } });
  expect(response.status).toBe(200);
  expect(server.requests.map(({ method, path: at }) => `${method} ${at}`)).toEqual(['PUT /', 'PUT /moved', 'PUT /']);
  const bodies = new Set(server.requests.map(({ body }) => body));
  expect(bodies.size).toBe(1);
  expect([...bodies][0]).toContain('id\n'.repeat(50_000));
});

test('a form with a stream that can be read once says so when it would have to be sent again', async () => {
  await using server = await startObserved((_, response) => {
    response.writeHead(307, { location: '/moved' }).end();
  });
  await using client = new Client();
  const once = {
    log: streamPart(
      (async function* () {
        yield 'one';
      })(),
    ),
  };
  await expect(client.post(server.origin, { multipart: once })).rejects.toMatchObject({ code: 'body_not_repeatable' });
});

test('a login is saved by one program, and used by the next', async () => {
  const path = join(folder, 'cookies.json');
  {
    const cookies = new CookieJar();
    await using client = new Client({ baseUrl: target.url, cookies });
    await client.get('/cookies/set?session=s1');
    await cookies.save(path);
  }
  await using client = new Client({ baseUrl: target.url, cookies: await CookieJar.load(path) });
  expect(await (await client.get('/cookies')).json()).toEqual({ cookies: { session: 's1' } });
});
