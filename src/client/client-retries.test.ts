import { describe, expect, test } from 'vitest';
import { startObserved } from '../testing/observed-server.ts';
import { again, answer, end, readRequest, reset, startScriptedServer } from '../testing/scripted-server.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { hurriedClock } from '../testing/hurried-clock.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { until } from '../testing/until.ts';
import { Client } from './client.ts';
import type { RetryEvent } from './client-hooks.ts';
import { HarRecorder } from './har/har-recorder.ts';

/** Waits between attempts are sat out in a fiftieth of their time. */
const hurried = hurriedClock(50);

/** Answers 503 so often, then 200. */
const busy = (times: number) =>
  startObserved((request, response, count) => {
    response.writeHead(count < times ? 503 : 200, count < times ? { 'retry-after': '0' } : {});
    response.end(request.body);
  });

const failing = async () => {
  throw new RangeError('no');
};

test.each([{}, { har: new HarRecorder() }])(
  'an answer on the way whose body cannot be decoded is passed, case %#',
  async (options) => {
    const garbled = { headers: { location: '/next', 'content-encoding': 'gzip' }, text: 'no gzip' };
    const transport = mockTransport({
      '/away': { status: 302, ...garbled },
      '/asks': [{ status: 401, ...garbled }, { text: 'in' }],
      '/busy': [{ status: 503, ...garbled }, { text: 'in' }],
      '/next': { text: 'in' },
    });
    const auth = { authorize: () => 'token', challenged: (status: number) => status === 401 };
    await using client = new Client({
      baseUrl: 'http://a.test',
      transport,
      auth,
      clock: hurried,
      retries: 1,
      ...options,
    });
    for (const path of ['/away', '/asks', '/busy']) expect(await (await client.get(path)).text()).toBe('in');
    const [redirect] = (await client.get('/away')).history;
    expect(await redirect?.text()).toBe('no gzip');
  },
);

describe('retries', () => {
  test('there are none unless they are asked for', async () => {
    await using server = await busy(1);
    await using client = new Client();
    const response = await client.get(server.origin);
    expect([response.status, response.attempts, server.requests.length]).toEqual([503, 1, 1]);
  });

  test('so many at most, and the last answer is the answer', async () => {
    await using server = await busy(5);
    const clock = new FakeClock();
    await using client = new Client({ retries: 2, clock });
    const asked = client.get(server.origin);
    await until(() => server.requests.length === 1 && clock.pending > 0);
    for (let count = 1; count < 3; count++) {
      await until(() => {
        clock.advance(100);
        return server.requests.length === count + 1;
      });
    }
    const response = await asked;
    expect([response.status, response.attempts, server.requests.length]).toEqual([503, 3, 3]);
    expect(client.statistics()).toMatchObject({ calls: 1, sent: 3, retried: 2, active: 0, inFlight: 0 });
  });

  test('a POST goes with one idempotency key in all attempts', async () => {
    await using server = await busy(1);
    await using client = new Client({ clock: hurried, retries: 1 });
    const response = await client.post(server.origin, { json: { a: 1 } });
    expect(await response.json()).toEqual({ a: 1 });
    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  test('without a key a POST that may have left is sent once, one of its own counts as one', async () => {
    await using server = await busy(3);
    await using client = new Client({ clock: hurried, retries: 1, idempotencyKey: 'off' });
    expect((await client.post(server.origin)).attempts).toBe(1);
    expect((await client.put(server.origin)).attempts).toBe(2);
    await using named = new Client({
      clock: hurried,
      retries: 1,
      idempotencyKey: 'X-Key',
      headers: { 'x-key': 'mine' },
    });
    await named.post(server.origin);
    expect(server.requests.at(-1)?.headers['x-key']).toBe('mine');
  });

  test('a body that was read already is not sent again', async () => {
    await using server = await busy(1);
    await using client = new Client({ clock: hurried, retries: 1 });
    expect((await client.put(server.origin, { body: new Blob(['x']).stream() })).status).toBe(503);
    await using other = await busy(1);
    const response = await client.put(other.origin, { body: () => new Blob(['x']).stream() });
    expect([response.status, await response.text()]).toEqual([200, 'x']);
  });

  test('a server that asks for too long a wait has said its answer', async () => {
    await using server = await startObserved((_, response) => response.writeHead(429, { 'retry-after': '61' }).end());
    await using client = new Client({ clock: hurried, retries: 3 });
    expect((await client.get(server.origin)).attempts).toBe(1);
  });

  test('a status that is no failure can be worth another attempt', async () => {
    await using server = await startObserved((_, response, count) => response.writeHead(count < 2 ? 202 : 200).end());
    await using client = new Client({ clock: hurried, retries: 5, retryOn: '202' });
    expect(await client.get(server.origin)).toMatchObject({ status: 200, attempts: 3 });
  });

  test('statuses and errors are worth another attempt only if they are listed', async () => {
    await using server = await startScriptedServer((count) => [readRequest, ...(count < 2 ? [reset] : [answer('ok')])]);
    await using client = new Client({ clock: hurried, retries: 2, retryOn: '503' });
    await expect(client.get(server.origin)).rejects.toMatchObject({ code: 'connection_reset' });
    const response = await client.get(server.origin, { retryOn: 'network' });
    expect([response.status, response.attempts]).toEqual([200, 2]);
  });
});

/** The first connection is kept, and closed when it is used again. */
const closing = (count: number) => [readRequest, answer('one'), ...(count === 0 ? [readRequest, end] : [again])];

describe('a connection that was kept, and is dead', () => {
  test('costs no attempt', async () => {
    await using server = await startScriptedServer(closing);
    await using client = new Client();
    await client.get(server.origin);
    const response = await client.get(server.origin);
    expect([response.status, response.attempts, client.statistics().resent]).toEqual([200, 1, 1]);
  });

  test('is an error where sending again is not safe', async () => {
    await using server = await startScriptedServer(closing);
    await using client = new Client({ idempotencyKey: 'off' });
    await client.get(server.origin);
    await expect(client.post(server.origin)).rejects.toMatchObject({ code: 'connection_closed', reused: true });
  });
});

describe('hooks', () => {
  test('beforeRequest changes what is sent, anew for each attempt', async () => {
    await using server = await busy(1);
    const attempts: number[] = [];
    await using client = new Client({
      clock: hurried,
      retries: 1,
      hooks: {
        beforeRequest: async (request) => {
          attempts.push(request.attempt);
          request.headers.set('x-signature', `${request.method} ${String(request.body)} ${request.attempt}`);
          request.url += '?signed=1';
        },
      },
    });
    await client.post(server.origin, { body: 'text' });
    expect(server.requests.map(({ path, headers }) => [path, headers['x-signature']])).toEqual([
      ['/?signed=1', 'POST text 1'],
      ['/?signed=1', 'POST text 2'],
    ]);
    expect(attempts).toEqual([1, 2]);
  });

  test('beforeRequest cannot make of a request what must not be sent, or sent twice', async () => {
    await using server = await busy(2);
    await using client = new Client({
      clock: hurried,
      retries: 2,
      hooks: { beforeRequest: (request) => void (request.method = 'POST') },
    });
    expect((await client.get(server.origin)).attempts).toBe(1);
    await using bad = new Client({ hooks: { beforeRequest: ({ headers }) => headers.set('content-length', '7') } });
    await expect(bad.get(server.origin)).rejects.toMatchObject({ code: 'bad_header' });
  });

  test('afterResponse sees the answer, and may ask for another attempt, once at least', async () => {
    await using server = await startObserved((_, response) => response.writeHead(401).end());
    await using client = new Client({
      hooks: { afterResponse: ({ status }) => (status === 401 ? 'retry' : undefined) },
    });
    expect((await client.get(server.origin)).attempts).toBe(2);
    const stream = await client.stream('GET', server.origin, { retries: 2 });
    expect(stream.attempts).toBe(3);
    expect(client.statistics().active).toBe(0);
  });

  test('onRetry is told why', async () => {
    await using server = await startScriptedServer((count) => [
      readRequest,
      ...(count === 0 ? [reset] : [answer('ok')]),
    ]);
    const events: RetryEvent[] = [];
    await using client = new Client({
      clock: hurried,
      retries: 1,
      hooks: { onRetry: (event) => void events.push(event) },
    });
    await client.get(`${server.origin}/a?token=t`);
    expect(events).toMatchObject([{ method: 'GET', attempt: 1, status: null, error: { code: 'connection_reset' } }]);
    expect(events[0]?.url).toBe(`${server.origin}/a?token=***`);
  });

  test.each(['beforeRequest', 'afterResponse'] as const)('what %s throws, the request throws', async (name) => {
    await using server = await startObserved();
    await using client = new Client({ hooks: { [name]: failing } });
    await expect(client.get(server.origin)).rejects.toThrow(RangeError);
    await expect(client.stream('GET', server.origin)).rejects.toThrow(RangeError);
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });
});

test('a recorder is told of every exchange: challenges, redirects, retries, failures, streams', async () => {
  await using server = await startScriptedServer((count) => [
    readRequest,
    ...(count === 0
      ? [reset]
      : [answer('', '302 Found\r\nlocation: /there'), readRequest, answer('hello'), readRequest]),
    answer('stream'),
  ]);
  const har = new HarRecorder();
  await using client = new Client({ clock: hurried, har, retries: 1 });
  await client.post(`${server.origin}/here`, { json: 1 });
  await (await client.stream('GET', `${server.origin}/stream`)).text();
  const seen = har.har.log.entries.map(({ request, response }) => [
    `${request.method} ${new URL(request.url).pathname} ${request.postData?.text ?? ''}`,
    `${response.status} ${response.content.text ?? ''}`,
  ]);
  expect(seen).toEqual([
    ['POST /here 1', '0 '],
    ['POST /here 1', '302 '],
    ['GET /there ', '200 hello'],
    ['GET /stream ', '200 '],
  ]);
});

test('a server that is slow by the clock of the test: attempts, waits and limits follow it', async () => {
  const clock = new FakeClock();
  let calls = 0;
  const transport = mockTransport(() => (calls++ === 0 ? { delayMs: Infinity } : { text: 'ok', delayMs: 50 }), {
    clock,
  });
  await using client = new Client({ transport, clock, retries: 1, timeoutMs: 1000 });
  const asked = client.get('http://mock.test/');
  await until(() => calls === 1);
  clock.advance(1020);
  await until(() => {
    clock.advance(25);
    return calls === 2;
  });
  const ticking = setInterval(() => clock.advance(10), 1);
  const response = await asked;
  clearInterval(ticking);
  expect([await response.text(), response.attempts]).toEqual(['ok', 2]);
  expect(response.timings.totalMs).toBeGreaterThanOrEqual(1070);
});
