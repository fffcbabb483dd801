// A mock is a transport: it keeps the contract of those that open sockets. And what only a mock has: routes, delays,
// errors, calls.

import { describe, expect, test } from 'vitest';
import { systemClock } from '../../concurrency/clock.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { describeContract } from '../../testing/transport-contract.ts';
import { until } from '../../testing/until.ts';
import type { BodySource } from '../body-source.ts';
import { ByteString } from '../byte-string.ts';
import type { MockAnswer } from './mock-answer.ts';
import { mockTransport } from './mock-transport.ts';

const origin = 'http://api.test';

const contractAnswers: Readonly<Record<string, MockAnswer>> = {
  '/ok': { headers: { 'X-Kind': 'plain' }, text: 'hello' },
  '/all': { interim: [103], body: ['hel', 'lo'], trailers: { 'x-sum': '5' } },
  '/long': { body: Buffer.alloc(4 * 1024 * 1024, 'x') },
  '/silent': { delayMs: Infinity },
  '/drop': { error: 'connection_closed' },
  '/cut': { text: 'par', error: 'body_cut' },
};

function contractBench(answers: Parameters<typeof mockTransport>[0]) {
  return () => Promise.resolve({ transport: mockTransport(answers), origin, close: () => Promise.resolve() });
}

describeContract('mock with routes', contractBench(contractAnswers));
describeContract(
  'mock with a function',
  contractBench(({ path }) => contractAnswers[path] ?? null),
);

/** Lets all that is at hand happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => systemClock.soon(resolve));
}

async function* streamed(...pieces: readonly (string | Error)[]): AsyncGenerator<string, void, undefined> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

describe('an answer', () => {
  test('has a status, a type and a length unless it says otherwise', async () => {
    const transport = mockTransport({
      '/json': { json: { id: 7 } },
      '/text': { status: 201, text: 'für' },
      '/bytes': { body: new Uint8Array([1, 2, 3]) },
      '/none': {},
      '/own': { headers: { 'Content-Type': 'text/html', 'set-cookie': ['a=1', 'b=2'] }, text: '<p>' },
      '/stream': { body: streamed('a', '', 'b') },
    });
    const told = async (path: string) => {
      const { status, headers, body, story } = await exchange(transport, origin, { path });
      return { status, headers, body, story };
    };
    const story = 'head data end';
    expect(await told('/json')).toEqual({
      status: 200,
      headers: ['content-type', 'application/json', 'content-length', '8'],
      body: '{"id":7}',
      story,
    });
    expect(await told('/text')).toMatchObject({
      status: 201,
      headers: expect.arrayContaining(['content-length', '4']) as string[],
    });
    expect(await told('/bytes')).toEqual({
      status: 200,
      headers: ['content-length', '3'],
      body: '\x01\x02\x03',
      story,
    });
    expect(await told('/none')).toEqual({ status: 200, headers: ['content-length', '0'], body: '', story: 'head end' });
    expect((await told('/own')).headers.join()).toBe(
      'content-type,text/html,set-cookie,a=1,set-cookie,b=2,content-length,3',
    );
    expect(await told('/stream')).toEqual({ status: 200, headers: [], body: 'ab', story });
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with %d has no body', async (method, status) => {
    const transport = mockTransport(() => ({ status, text: 'hello' }));
    expect(await exchange(transport, origin, { method })).toMatchObject({ story: 'head end', status });
  });

  test('of a list comes in turn, and the last one stays', async () => {
    const transport = mockTransport({ '/jobs': [{ status: 503 }, () => ({ status: 429 }), { status: 200 }] });
    const statuses = [];
    for (let nth = 0; nth < 5; nth++) statuses.push((await exchange(transport, origin, { path: '/jobs' })).status);
    expect(statuses).toEqual([503, 429, 200, 200, 200]);
  });

  test('may be made later', async () => {
    const transport = mockTransport(async ({ path }) => {
      await settle();
      return { text: path };
    });
    expect((await exchange(transport, origin, { path: '/later' })).body).toBe('/later');
  });

  test('comes after its delay on the clock that was given, and its timer ends with it', async () => {
    const clock = new FakeClock();
    const transport = mockTransport({ '*': { delayMs: 250, text: 'late' } }, { clock });
    const late = new RecordedExchange(transport, requestTo(origin), { timed: true });
    const left = new RecordedExchange(transport, requestTo(origin));
    await until(() => clock.pending === 2);
    left.exchange.cancel();
    await settle();
    clock.advance(249);
    await settle();
    expect([late.events, clock.pending]).toEqual([[], 1]);
    clock.advance(1);
    await late.finished;
    expect([late.story, left.events, clock.pending]).toEqual(['head data end', [], 0]);
    expect(late.exchange.times?.()).toMatchObject({ askedMs: 0, sentMs: 0, headMs: 250, endMs: 250 });
  });

  test.each(['dns_failed', 'connect_refused', 'tls_failed'] as const)(
    '%s comes before anything was sent',
    async (code) => {
      const { error, story } = await exchange(mockTransport({ '*': { error: code } }), origin);
      expect([story, error?.code, error?.sent, error?.answered]).toEqual(['error', code, false, false]);
    },
  );

  test('whose body throws is cut there, and says why', async () => {
    const fault = new Error('power failure');
    const { error, body, story } = await exchange(
      mockTransport(() => ({ body: streamed('par', fault) })),
      origin,
    );
    expect([story, body, error?.code, error?.cause]).toEqual(['head data error', 'par', 'body_cut', fault]);
  });

  test('that is left closes its body', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<string, void, undefined> {
      try {
        for (;;) yield 'more';
      } finally {
        closed = true;
      }
    }
    const transport = mockTransport(() => ({ body: endless() }));
    const left = new RecordedExchange(transport, requestTo(origin));
    left.onProgress = (event) => (event === 'data' ? left.exchange.pause() : undefined);
    await until(() => left.body !== '');
    await settle();
    expect([left.body, closed]).toEqual(['more', false]);
    left.exchange.cancel();
    await until(() => closed);
    expect(left.events).toEqual(['head', 'data']);
  });
});

describe('calls', () => {
  test('tell what was asked', async () => {
    const transport = mockTransport({ 'POST /orders/:id/:what': { status: 201 } });
    await exchange(transport, origin, {
      method: 'POST',
      path: '/orders/a%2Fb/lines?x=1&x=2',
      headers: ['X-One', '1', 'accept', 'a'],
      ownHeaders: ['idempotency-key', 'k'],
      body: '{"n":"ü"}',
    });
    const [call] = transport.calls;
    expect(call).toMatchObject({
      method: 'POST',
      url: 'http://api.test/orders/a%2Fb/lines?x=1&x=2',
      path: '/orders/a%2Fb/lines',
      params: { id: 'a/b', what: 'lines' },
    });
    expect([call?.query.getAll('x'), Object.fromEntries(call?.headers ?? [])]).toEqual([
      ['1', '2'],
      { 'x-one': '1', accept: 'a', 'idempotency-key': 'k' },
    ]);
    expect([call?.text(), call?.json()]).toEqual(['{"n":"ü"}', { n: 'ü' }]);
  });

  test.each([
    ['bytes', { body: new Uint8Array([0, 255]) }, undefined, [0, 255]],
    ['a byte string', { body: new ByteString('\xff') }, undefined, [255]],
    ['nothing', {}, undefined, []],
    ['a stream', {}, sourceOf(null, [1], [2, 3]), [1, 2, 3]],
  ])('have the body: %s', async (_, changes, body, expected) => {
    const transport = mockTransport({ '*': {} });
    await exchange(transport, origin, changes, body === undefined ? {} : { body });
    expect(Array.from(transport.calls[0]?.body ?? [])).toEqual(expected);
  });

  test.each([
    ['too short', sourceOf(5, [1, 2]), 'it ended after 2 of the 5 bytes'],
    ['too long', sourceOf(1, [1, 2]), 'it has more than the 1 bytes'],
  ])('are not made with a stream that is %s', async (_, body, reason) => {
    const transport = mockTransport({ '*': {} });
    const { error } = await exchange(transport, origin, {}, { body });
    expect([error?.code, transport.calls.length]).toEqual(['bad_record', 0]);
    expect(error?.message).toContain(reason);
  });
});

function sourceOf(lengthBytes: number | null, ...pieces: readonly number[][]): BodySource {
  return {
    lengthBytes,
    async *open() {
      for (const piece of pieces) yield new Uint8Array(piece);
    },
  };
}

describe('a request that nothing answers', () => {
  test.each([
    [{ 'GET /orders/:id': {}, 'POST /users': {} }, 'GET', '/order/7', 'The nearest route is "GET /orders/:id".'],
    [{ '/health': {}, 'POST /users': {} }, 'GET', '/users', 'The nearest route is "POST /users".'],
    [
      { 'GET http://api.test/a': {}, 'GET http://other.test/ab': {} },
      'GET',
      '/ab',
      'The nearest route is "GET http://api.test/a".',
    ],
    [{}, 'GET', '/', 'The mock has no routes.'],
    [{ '/': () => null }, 'GET', '/', 'The function of its route returned nothing for it.'],
    [() => undefined, 'GET', '/', 'The function of the mock returned nothing for it.'],
  ])('of %o: %s %s', async (routes, method, path, hint) => {
    const transport = mockTransport(routes);
    const { error, story } = await exchange(transport, origin, { method, path });
    const message = `the mock has no answer for ${method} http://api.test${path}`;
    expect([story, error?.code, error?.message, error?.hint]).toEqual(['error', 'mock_failed', message, hint]);
    expect([transport.calls.length, transport.statistics().inFlight]).toEqual([1, 0]);
  });

  test('since the function threw carries what it threw', async () => {
    const fault = new Error('expected a token');
    const { error } = await exchange(
      mockTransport(() => {
        throw fault;
      }),
      origin,
      { path: '/x' },
    );
    expect([error?.code, error?.cause]).toEqual(['mock_failed', fault]);
    expect(error?.message).toBe('the mock threw for GET http://api.test/x: Error: expected a token');
  });
});
