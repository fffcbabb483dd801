// One suite for HTTP/2 that every transport with sockets passes: few sockets for many requests, the server's
// limits obeyed, what is surely unprocessed told as not sent, and no answer taken for whole that is not.

import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { Http2Peer, data, goAway, ok, reset, type } from './http2-frames.ts';
import type { PeerConnection } from './http2-frames.ts';
import { hello, startHttp2 } from './http2-server.ts';
import { RecordedExchange, exchange, requestTo } from './recorded-exchange.ts';
import { readHead, send, startScriptedServer } from './scripted-server.ts';
import { testCertificate } from './test-certificate.ts';
import { until } from './until.ts';

type Make = (options?: TransportOptions) => Transport;

/** What a transport may do differently. */
export interface Http2Traits {
  /** What a stream means that was cancelled before the head of its answer. @default connection_reset */
  readonly cancelled?: string;
}

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
const open: Transport[] = [];

/** Holds a transport to HTTP/2. */
export function describeHttp2(name: string, create: Make, traits: Http2Traits = {}): void {
  const make: Make = (options) => {
    const transport = create(options);
    open.push(transport);
    return transport;
  };
  describe(`${name}: HTTP/2`, () => {
    afterEach(async () => {
      for (const transport of open.splice(0)) await transport.close();
    });
    protocols(make);
    manyRequests(make);
    cancelling(make);
    endingStreams(make, traits);
    endingSessions(make);
  });
}

function together(count: number, ask: (nth: number) => Promise<RecordedExchange>): Promise<RecordedExchange[]> {
  return Promise.all(Array.from({ length: count }, (_, nth) => ask(nth)));
}

function protocols(make: Make): void {
  test('auto: HTTP/2 where TLS negotiates it; the answer looks like any other', async () => {
    await using server = await startHttp2(hello);
    const transport = make({ ca });
    const done = await exchange(transport, server.origin, { path: '/a?b', method: 'POST', body: 'x' });
    expect([done.story, done.status, done.body]).toEqual(['head data end', 200, 'hello /a?b']);
    expect([done.version, done.reason]).toEqual(['2', '']);
    expect(done.headers.slice(0, 6)).toEqual(['x-kind', 'plain', 'set-cookie', 'a', 'set-cookie', 'b']);
    expect(done.exchange).toMatchObject({ sent: true, answered: true, reused: false });
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(true);
    expect(server.sessions).toHaveLength(1);
  });

  test('1.1 never offers HTTP/2', async () => {
    await using server = await startHttp2(hello);
    const transport = make({ ca, http: '1.1' });
    const { error } = await exchange(transport, server.origin);
    expect(error).toBeInstanceOf(Error);
    expect(server.sessions).toHaveLength(0);
  });

  test('2 insists over TLS, and says so when the server does not speak it', async () => {
    const { createServer } = await import('node:https');
    const server = createServer(identity, (_request, response) => response.end('old'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = make({ ca, http: '2' });
    const { error } = await exchange(transport, origin);
    expect(error).toMatchObject({ code: 'protocol_error', sent: false, hint: expect.stringContaining('--http auto') });
    await transport.close();
    const auto = make({ ca });
    expect((await exchange(auto, origin)).body).toBe('old');
    await auto.close();
    server.close();
  });

  test('2 over cleartext, and the server does not speak it: the option is named', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end('old'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const transport = make({ http: '2' });
    const { error } = await exchange(transport, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(error).toMatchObject({ code: 'protocol_error', hint: expect.stringContaining('--http auto') });
    await transport.close();
    server.close();
  });

  test('2 over cleartext is prior knowledge', async () => {
    await using server = await startHttp2(hello, {}, false);
    const transport = make({ http: '2' });
    const all = await together(150, () => exchange(transport, server.origin));
    expect(all.every((one) => one.body === 'hello /')).toBe(true);
    expect(server.sessions.length).toBeLessThanOrEqual(2);
  });
}

function manyRequests(make: Make): void {
  test('500 at once use few sockets, and the first decides before others are opened', async () => {
    await using server = await startHttp2((stream, headers) => setImmediate(() => hello(stream, headers)));
    const transport = make({ ca });
    const all = together(500, (nth) => exchange(transport, server.origin, { path: `/${nth}` }));
    await until(() => transport.statistics().connected > 0);
    expect(transport.statistics().connected).toBeLessThanOrEqual(5);
    expect((await all).map((one) => one.body)).toEqual(Array.from({ length: 500 }, (_, nth) => `hello /${nth}`));
    expect(server.sessions.length).toBeLessThanOrEqual(5);
    expect(transport.statistics()).toMatchObject({ inFlight: 0 });
  });

  test('a server that allows 10 streams never sees more, and later gets more connections', async () => {
    await using server = await startHttp2((stream, headers) => setImmediate(() => hello(stream, headers)), {
      maxConcurrentStreams: 10,
    });
    const transport = make({ ca });
    for (let round = 0; round < 2; round++) {
      const all = await together(200, () => exchange(transport, server.origin));
      expect(all.every((one) => one.status === 200)).toBe(true);
    }
    expect(server.mostStreams).toBeLessThanOrEqual(10);
    expect(server.sessions.length).toBeGreaterThan(2);
  });

  test('fresh ones share a connection that has carried nothing', async () => {
    await using server = await startHttp2(hello, {}, false);
    const transport = make({ http: '2' });
    await exchange(transport, server.origin);
    const all = await together(90, () => exchange(transport, server.origin, {}, { fresh: true }));
    expect(all.every((one) => one.body === 'hello /')).toBe(true);
    expect(server.sessions).toHaveLength(2);
    await exchange(transport, server.origin, {}, { fresh: true });
    expect(server.sessions).toHaveLength(3);
  });

  test('if the first connection fails, those that waited for it fail with it', async () => {
    const server = await startHttp2(hello);
    await server[Symbol.asyncDispose]();
    const transport = make({ ca });
    const all = await together(20, () => exchange(transport, server.origin));
    expect(all.map((one) => one.error?.code)).toEqual(Array.from(all, () => 'connect_refused'));
    expect(all.every((one) => one.error?.sent === false)).toBe(true);
    expect(transport.statistics()).toEqual({ inFlight: 0, connections: 0, connected: 0 });
  });
}

function cancelling(make: Make): void {
  test('a stream ends alone; its siblings and the connection stay', async () => {
    const silent: ServerHttp2Stream[] = [];
    await using server = await startHttp2((stream, headers) => {
      if (headers[':path'] === '/silent') silent.push(stream);
      else hello(stream, headers);
    });
    const transport = make({ ca });
    const cancelled = new RecordedExchange(transport, requestTo(server.origin, { path: '/silent' }));
    await until(() => silent.length === 1);
    const sibling = exchange(transport, server.origin);
    cancelled.exchange.cancel();
    expect((await sibling).body).toBe('hello /');
    await until(() => silent[0]?.closed === true);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(true);
    expect([cancelled.events, server.sessions.length]).toEqual([[], 1]);
  });

  test('the first, while it is connecting: another takes its place', async () => {
    await using server = await startHttp2(hello);
    const transport = make({ ca });
    const first = new RecordedExchange(transport, requestTo(server.origin));
    const second = exchange(transport, server.origin);
    const third = new RecordedExchange(transport, requestTo(server.origin));
    first.exchange.cancel();
    third.exchange.cancel();
    expect((await second).body).toBe('hello /');
    expect([first.events, third.events]).toEqual([[], []]);
  });

  test('close ends all streams with `cancelled`', async () => {
    await using server = await startHttp2(() => {});
    const transport = make({ ca });
    const all = Array.from({ length: 150 }, () => new RecordedExchange(transport, requestTo(server.origin)));
    await until(() => server.mostStreams >= 100);
    await transport.close();
    expect(all.map((one) => one.error?.code)).toEqual(all.map(() => 'cancelled'));
    expect(all.every((one) => one.story === 'error')).toBe(true);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });
}

/** Ends the connection. */
const hangUp = Buffer.alloc(0);

async function sendAll(connection: PeerConnection, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (piece === hangUp) connection.socket.end();
    else connection.send(piece);
    await sleep(5);
  }
}

function endingStreams(make: Make, traits: Http2Traits): void {
  /** What the server sends, piece by piece; the events, the code and whether it was sent. */
  const endings: readonly (readonly [string, readonly Buffer[], string, string | undefined, boolean])[] = [
    ['a whole answer', [ok(1), data(1, 'par', true)], 'head data end', undefined, true],
    [
      'a whole answer, then a reset without error',
      [Buffer.concat([ok(1), data(1, 'par', true), reset(1, 0)])],
      'head data end',
      undefined,
      true,
    ],
    ['a body reset with an internal error', [ok(1), data(1, 'par'), reset(1, 2)], 'head data error', 'body_cut', true],
    ['a body cancelled', [ok(1), data(1, 'par'), reset(1, 8)], 'head data error', 'body_cut', true],
    [
      'a body cancelled in one packet',
      [Buffer.concat([ok(1), data(1, 'par'), reset(1, 8)])],
      'head data error',
      'body_cut',
      true,
    ],
    ['a body whose connection ends', [ok(1), data(1, 'par'), hangUp], 'head data error', 'body_cut', true],
    ['a reset before the head', [reset(1, 2)], 'error', 'connection_reset', true],
    ['a cancel before the head', [reset(1, 8)], 'error', traits.cancelled ?? 'connection_reset', true],
  ];

  test.each(endings)('%s', async (_name, pieces, story, code, wasSent) => {
    const peer = new Http2Peer({
      onFrame: ({ kind }, connection) => {
        if (kind === type.headers) void sendAll(connection, pieces);
      },
    });
    await using server = await peer.listen();
    const transport = make({ http: '2' });
    const done = await exchange(transport, server.origin, { method: 'POST' });
    expect([done.story, done.error?.code, done.exchange.sent]).toEqual([story, code, wasSent]);
    await transport.close();
    await until(() => server.connections.every(({ socket }) => socket.destroyed));
  });

  test.each([
    ['a stream that is refused each time', (stream: number) => reset(stream, 7)],
    ['a GOAWAY that refuses each time', () => goAway(0)],
  ])('%s: not sent, after a few times', async (_name, refusal) => {
    const peer = new Http2Peer({
      onFrame: ({ kind, stream }, connection) => {
        if (kind === type.headers) connection.send(refusal(stream));
      },
    });
    await using server = await peer.listen();
    const done = await exchange(make({ http: '2' }), server.origin, { method: 'POST' });
    expect([done.story, done.error?.code, done.exchange.sent]).toEqual(['error', 'connection_closed', false]);
    expect(server.of(type.headers).length).toBeLessThan(10);
  });
}

function endingSessions(make: Make): void {
  test('a server that speaks no HTTP/2', async () => {
    await using server = await startScriptedServer([readHead, send('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    const transport = make({ http: '2' });
    const { error } = await exchange(transport, server.origin);
    expect(error).toMatchObject({ code: 'protocol_error', answered: true });
  });

  test('a connection that dies takes its streams with it, each told once', async () => {
    await using server = await startHttp2(() => {});
    const transport = make({ ca });
    const all = Array.from({ length: 20 }, () => new RecordedExchange(transport, requestTo(server.origin)));
    await until(() => server.mostStreams === 20);
    for (const session of server.sessions) session.socket.destroy();
    const ended = await Promise.all(all.map((one) => one.finished));
    expect(ended.every((one) => one.story === 'error' && one.error?.sent === true)).toBe(true);
    expect(ended.map((one) => one.error?.code)).toEqual(
      ended.map(() => expect.stringMatching(/^connection_(closed|reset)$/)),
    );
    await until(() => transport.statistics().connections === 0);
  });

  test('a GOAWAY in between: the connection is given up, and what follows goes over a new one', async () => {
    await using server = await startHttp2(hello);
    const transport = make({ ca });
    await exchange(transport, server.origin);
    server.sessions[0]?.goaway();
    await until(() => transport.statistics().connections === 0);
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'hello /', exchange: { reused: false } });
  });

  test('a GOAWAY in the middle: what was accepted is answered, the rest goes over a new connection', async () => {
    await using server = await startHttp2((stream, headers) => {
      if (stream.session === server.sessions[0] && stream.id === 3) stream.session?.goaway(0, 1);
      else setTimeout(() => hello(stream, headers), 20);
    });
    const transport = make({ ca });
    const both = await together(2, (nth) => exchange(transport, server.origin, { path: `/${nth}`, method: 'POST' }));
    expect(both.map((one) => one.body)).toEqual(['hello /0', 'hello /1']);
    expect(server.sessions).toHaveLength(2);
  });
}
