import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Auth, Authorize } from '../http/auth/auth.ts';
import { bearerAuth } from '../http/auth/bearer-auth.ts';
import { digestAuth } from '../http/auth/digest-auth.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { digestPassword, digestUser, startDigestServer } from '../testing/digest-server.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Client } from './client.ts';

test('of many requests only those that were on their way before the first challenge came are refused', async () => {
  await using server = await startDigestServer({ algorithm: 'SHA-256', qop: 'auth' });
  await using client = new Client({ auth: digestAuth(digestUser, digestPassword), concurrency: 10 });
  const all = await Promise.all(Array.from({ length: 100 }, () => client.get(server.url)));
  expect(all.every(({ ok }) => ok)).toBe(true);
  expect(server.statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
});

/** Answers requests with the token that is good then; each is good for some of them. */
function tokenServer(uses: number) {
  const seen = { refused: 0, asked: 0 };
  let good = 1;
  let used = 0;
  const transport = mockTransport(async ({ headers, path }) => {
    if (path === '/token') return { delayMs: 5, json: { token: `t${(seen.asked = good)}` } };
    if (headers.get('authorization') === `Bearer t${good}` && used++ < uses) return { delayMs: 1, text: 'in' };
    if (used > uses) {
      good++;
      used = 0;
    }
    seen.refused++;
    return { status: 401 };
  });
  return { transport, seen };
}

test.each([
  ['at once', null],
  ['after a while', 5],
])('a token that comes by the same client, however few of its requests may be on their way: %s', async (_, delayMs) => {
  const { transport, seen } = tokenServer(40);
  await using client: Client = new Client({
    baseUrl: 'http://a.test/',
    concurrency: 3,
    transport,
    auth: bearerAuth(async () => {
      if (delayMs !== null) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return (await (await client.get('/token', { auth: null })).json<{ token: string }>()).token;
    }),
  });
  const all = await Promise.all(Array.from({ length: 100 }, () => client.get('/')));
  expect(all.filter(({ ok }) => !ok)).toEqual([]);
  // Those that waited for a place while their token came to its end have the new one.
  expect(seen.refused).toBeLessThanOrEqual(2 * 3);
  expect(seen.asked).toBe(3);
  expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0, queued: 0 });
});

test('who was refused its credentials while it waited for a place gives its turn of a rate back', async () => {
  const clock = new FakeClock();
  const sentMs: number[] = [];
  const transport = mockTransport(
    ({ headers }) => {
      sentMs.push(clock.now());
      return { status: headers.get('authorization') === 'new' ? 200 : 401 };
    },
    { clock },
  );
  let token: string | null = 'old';
  const { promise: coming, resolve: come } = Promise.withResolvers<string>();
  const auth: Auth = {
    isReady: () => token !== null,
    authorize: () => token ?? coming,
    challenged: (status) => {
      if (status === 401) token = null;
      return status === 401;
    },
  };
  await using client = new Client({ baseUrl: 'http://a.test/', rate: '1/s', clock, transport, auth });
  const both = Promise.all([client.get('/'), client.get('/')]);
  for (let ms = 0; ms < 3000; ms += 100) {
    if (ms === 1100) come((token = 'new'));
    await setImmediate();
    clock.advance(100);
  }
  expect((await both).map(({ status }) => status)).toEqual([200, 200]);
  // The second one had its turn at 1,000.
  expect(sentMs.map((ms) => ms - (sentMs[0] ?? 0))).toEqual([0, 1100, 2100]);
});

test('a token that does not come ends an attempt as a server that is silent does', async () => {
  const transport = mockTransport({ '/*': {} });
  await using client = new Client({
    baseUrl: 'http://a.test/',
    transport,
    auth: bearerAuth(() => new Promise(() => undefined)),
  });
  const late = { code: 'timeout', message: 'no credentials for GET http://a.test/x within 0.02 s', sent: false };
  await expect(client.get('/x', { timeoutMs: 20 })).rejects.toMatchObject(late);
  expect(transport.calls).toEqual([]);
  expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0, queued: 0 });
});

test('cookies are those of the moment in which a request leaves', async () => {
  const transport = mockTransport(({ headers }) => ({
    headers: { 'set-cookie': 'a=1' },
    text: headers.get('cookie') ?? '',
  }));
  await using client = new Client({ baseUrl: 'http://a.test/', concurrency: 1, transport });
  const answers = await Promise.all([client.get('/'), client.get('/')]);
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['', 'a=1']);
});

test('a function that gives nothing sends nothing, and one that gives no text is told so', async () => {
  const transport = mockTransport(({ headers }) => ({ text: String(headers.get('authorization')) }));
  await using client = new Client({ baseUrl: 'http://a.test/', transport });
  const ask = async (auth: unknown) => (await client.get('/', { auth: auth as Authorize })).text();
  expect(await ask(() => {})).toBe('null');
  expect(await ask(async () => {})).toBe('null');
  for (const wrong of [42, Buffer.from('s3cret'), ['s3cret']]) {
    const refused = { code: 'bad_option', message: expect.not.stringContaining('s3cret') };
    await expect(ask(async () => wrong)).rejects.toMatchObject(refused);
  }
});

test('an error that many requests share does not grow with each of them', async () => {
  await using client = new Client({
    baseUrl: 'http://a.test/',
    transport: mockTransport({ '/token': { error: 'connect_refused' } }),
    auth: bearerAuth(async () => (await client.get('/token', { auth: null })).text()),
  });
  const all = await Promise.allSettled(Array.from({ length: 500 }, () => client.get('/')));
  const errors = new Set(all.map((one): unknown => (one.status === 'rejected' ? one.reason : null)));
  expect(errors.size).toBe(1);
  const [error] = errors;
  expect(error).toMatchObject({ code: 'connect_refused' });
  expect((error as Error).stack?.split('\n').length).toBeLessThan(60);
});

test('what is logged of an answer, or of an error that has it, shows no credentials', async () => {
  const transport = mockTransport({
    '/a': { status: 302, headers: { location: '/b?api_key=s3cret', 'set-cookie': 's=s3cret' } },
    '/b': { status: 500, text: 's3cret' },
  });
  await using client = new Client({ baseUrl: 'http://u:s3cret@a.test', transport, headers: { 'x-api-key': 's3cret' } });
  const answers = [await client.get('/a?token=s3cret'), await client.stream('GET', '/a?token=s3cret')];
  for (const answer of answers) {
    const error = await (async () => answer.raiseForStatus())().catch((thrown: unknown) => thrown);
    for (const shown of [answer, error]) {
      for (const text of [inspect(shown, { depth: 9 }), JSON.stringify(shown)]) {
        expect(text).not.toContain('s3cret');
        expect(text).toMatch(/500.*GET.*api_key=\*\*\*.*302.*token=\*\*\*/s);
      }
    }
  }
});

describe('what a client with a baseUrl sends with all requests', () => {
  const transport = mockTransport(({ headers, query }) => ({
    json: [Object.fromEntries(headers), Object.fromEntries(query)],
  }));
  const client = new Client({
    baseUrl: 'https://a.test/v1/',
    transport,
    auth: () => 's3cret',
    headers: { Host: 'inner', 'x-team': 'blue', 'x-api-key': 's3cret', cookie: 'a=s3cret', 'user-agent': null },
    params: { page: 1, api_key: 's3cret' },
  });
  const ask = async (url: string) => JSON.stringify(await (await client.get(url)).json());

  test('is not for a server elsewhere to be used, by a redirect to that origin', async () => {
    const seen = mockTransport({
      'https://b.test/*': { status: 307, headers: { location: 'https://a.test/v1/orders' } },
      'https://a.test/away': { status: 307, headers: { location: 'https://b.test/back' } },
      'https://a.test/*': {},
    });
    await using other = new Client({ baseUrl: 'https://a.test', transport: seen, auth: () => 's3cret' });
    const sent = async (url: string) => {
      seen.calls.length = 0;
      await other.delete(url);
      return seen.calls.map(({ headers }) => headers.get('authorization'));
    };
    expect(await sent('https://b.test/')).toEqual([null, null]);
    // Nor to come back from there: whoever sends back has chosen the URL.
    expect(await sent('/away')).toEqual(['s3cret', null, null]);
  });

  test.each(['x', '/x', '?a=b', 'https://a.test:443/x', 'HTTPS://A.TEST'])('goes to its origin: %s', async (url) => {
    expect((await ask(url)).match(/s3cret/g)).toHaveLength(4);
  });

  test.each([
    'https://b.test/',
    '//b.test/x',
    String.raw`/\b.test`,
    '\t//b.test',
    'http://a.test/',
    'https://a.test:8443/',
  ])('goes elsewhere without what names credentials: %j', async (url) => {
    const sent = await ask(url);
    expect(sent).not.toMatch(/s3cret|user-agent|inner/);
    expect(sent).toMatch(/"x-team":"blue".*"page":"1"/);
  });
});
