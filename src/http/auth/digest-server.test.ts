// Digest authentication against a server that was written from the RFC alone, over sockets.

import { expect, test } from 'vitest';
import { digestPassword, type DigestRules, digestUser, startDigestServer } from '../../testing/digest-server.ts';
import type { Auth } from './auth.ts';
import { digestAuth } from './digest-auth.ts';

/** Sends a request, and once more if it was challenged, as a client does. */
async function send(auth: Auth, url: string, body: string | null = null): Promise<number> {
  const method = body === null ? 'GET' : 'POST';
  for (let attempt = 1; ; attempt += 1) {
    const sent = await auth.authorize({ method, url, body });
    const answer = await fetch(url, { method, body, headers: sent === null ? {} : { authorization: sent } });
    await answer.arrayBuffer();
    const again = auth.challenged?.(answer.status, [...answer.headers].flat(), url, sent) ?? false;
    if (!again || attempt === 2) return answer.status;
  }
}

const algorithms = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const;

test.each<DigestRules>(
  algorithms.flatMap((algorithm) => [
    { algorithm, qop: 'auth' },
    { algorithm, qop: 'auth-int', userhash: true },
  ]),
)('only the first request is refused: %o', async (rules) => {
  await using server = await startDigestServer(rules);
  const auth = digestAuth(digestUser, digestPassword);
  expect(await send(auth, `${server.url}/a?b=c&d="e"`)).toBe(200);
  expect(await send(auth, `${server.url}/other`, 'a body, Zoë')).toBe(200);
  expect(await send(auth, `${server.url}/a`)).toBe(200);
  expect(server.statuses).toEqual([401, 200, 200, 200]);
});

test('many requests at once, the first of them all refused', async () => {
  await using server = await startDigestServer({ algorithm: 'SHA-256', qop: 'auth' });
  const auth = digestAuth(digestUser, digestPassword);
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => send(auth, `${server.url}/${i}`)));
  expect(all).toEqual(all.map(() => 200));
  expect(server.refusals).toEqual([]);
  expect(await send(auth, `${server.url}/later`)).toBe(200);
  expect(server.statuses.at(-2)).toBe(200);
});

test('many requests at once with nonces that are good for one use: each has its own', async () => {
  await using server = await startDigestServer({ algorithm: 'SHA-256-sess', qop: 'auth', nonceUses: 1 });
  const auth = digestAuth(digestUser, digestPassword);
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => send(auth, `${server.url}/${i}`)));
  expect(all).toEqual(all.map(() => 200));
  expect(server.statuses).toHaveLength(40);
});

test('a stale nonce costs one more request, the next nonce of an answer none', async () => {
  await using stale = await startDigestServer({ algorithm: 'SHA-256-sess', qop: 'auth', nonceUses: 2 });
  const auth = digestAuth(digestUser, digestPassword);
  for (let i = 0; i < 5; i += 1) expect(await send(auth, `${stale.url}/${i}`)).toBe(200);
  expect(stale.statuses).toEqual([401, 200, 200, 401, 200, 200, 401, 200]);
  expect(stale.refusals).toEqual(['stale', 'stale']);

  await using next = await startDigestServer({ algorithm: 'SHA-256', qop: 'auth', nonceUses: 1, givesNext: true });
  for (let i = 0; i < 5; i += 1) expect(await send(auth, `${next.url}/${i}`)).toBe(200);
  expect(next.statuses).toEqual([401, 200, 200, 200, 200, 200]);
});

test('a wrong password is sent once for each request', async () => {
  await using server = await startDigestServer({ algorithm: 'MD5', qop: 'auth' });
  const auth = digestAuth(digestUser, 'wrong');
  expect([await send(auth, server.url), await send(auth, server.url)]).toEqual([401, 401]);
  expect(server.refusals).toEqual(['wrong proof', 'wrong proof']);
});
