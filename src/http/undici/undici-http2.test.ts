// HTTP/2 against servers of node:http2: few sockets for many requests, the server's limits obeyed,
// and what is surely unprocessed told as not sent.

import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { end, pause, readHead, send, startScriptedServer } from '../../testing/scripted-server.ts';
import type { Step } from '../../testing/scripted-server.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { until } from '../../testing/until.ts';
import { createUndiciTransport } from './undici-transport.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };

interface Http2Server extends AsyncDisposable {
  readonly origin: string;
  readonly sessions: readonly http2.ServerHttp2Session[];
  /** Most streams that any session had open at once. */
  readonly mostStreams: number;
}

type OnStream = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

const hello: OnStream = (stream, headers) => {
  stream.respond({ ':status': 200, 'X-Kind': 'plain', 'set-cookie': ['a', 'b'] });
  stream.end(`hello ${headers[':path']}`);
};

async function startHttp2(onStream: OnStream, settings: http2.Settings = {}, secure = true): Promise<Http2Server> {
  const server = secure ? http2.createSecureServer({ ...identity, settings }) : http2.createServer({ settings });
  const sessions: http2.ServerHttp2Session[] = [];
  const state = { most: 0 };
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
    let streams = 0;
    session.on('stream', (stream, headers) => {
      state.most = Math.max(state.most, ++streams);
      stream.on('close', () => streams--);
      stream.on('error', () => {});
      onStream(stream, headers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    get mostStreams() {
      return state.most;
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function together(count: number, ask: (nth: number) => Promise<RecordedExchange>): Promise<RecordedExchange[]> {
  return Promise.all(Array.from({ length: count }, (_, nth) => ask(nth)));
}

describe('which protocol is spoken', () => {
  test('auto: HTTP/2 where TLS negotiates it; the answer looks like any other', async () => {
    await using server = await startHttp2(hello);
    const transport = createUndiciTransport({ ca });
    const done = await exchange(transport, server.origin, { path: '/a?b', method: 'POST', body: 'x' });
    expect([done.story, done.status, done.body]).toEqual(['head data end', 200, 'hello /a?b']);
    expect(done.headers.slice(0, 6)).toEqual(['x-kind', 'plain', 'set-cookie', 'a', 'set-cookie', 'b']);
    expect(done.exchange).toMatchObject({ sent: true, answered: true, reused: false });
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(true);
    expect(server.sessions).toHaveLength(1);
    await transport.close();
  });

  test('1.1 never offers HTTP/2', async () => {
    await using server = await startHttp2(hello);
    const transport = createUndiciTransport({ ca, http: '1.1' });
    const { error } = await exchange(transport, server.origin);
    expect(error).toBeInstanceOf(Error);
    expect(server.sessions).toHaveLength(0);
    await transport.close();
  });

  test('2 insists over TLS, and says so when the server does not speak it', async () => {
    const { createServer } = await import('node:https');
    const server = createServer(identity, (_request, response) => response.end('old'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = createUndiciTransport({ ca, http: '2' });
    const { error } = await exchange(transport, origin);
    expect(error).toMatchObject({ code: 'protocol_error', sent: false, hint: expect.stringContaining('--http auto') });
    await transport.close();
    const auto = createUndiciTransport({ ca });
    expect((await exchange(auto, origin)).body).toBe('old');
    await auto.close();
    server.close();
  });

  test('2 over cleartext, and the server does not speak it: the option is named', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end('old'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const transport = createUndiciTransport({ http: '2' });
    const { error } = await exchange(transport, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(error).toMatchObject({ code: 'protocol_error', hint: expect.stringContaining('--http auto') });
    await transport.close();
    server.close();
  });

  test('2 over cleartext is prior knowledge', async () => {
    await using server = await startHttp2(hello, {}, false);
    const transport = createUndiciTransport({ http: '2' });
    const all = await together(150, () => exchange(transport, server.origin));
    expect(all.every((one) => one.body === 'hello /')).toBe(true);
    expect(server.sessions.length).toBeLessThanOrEqual(2);
    await transport.close();
  });
});

describe('many requests', () => {
  test('500 at once use few sockets, and the first decides before others are opened', async () => {
    await using server = await startHttp2((stream, headers) => setImmediate(() => hello(stream, headers)));
    const transport = createUndiciTransport({ ca });
    const all = together(500, (nth) => exchange(transport, server.origin, { path: `/${nth}` }));
    await until(() => transport.statistics().connected > 0);
    expect(transport.statistics().connected).toBeLessThanOrEqual(5);
    expect((await all).map((one) => one.body)).toEqual(Array.from({ length: 500 }, (_, nth) => `hello /${nth}`));
    expect(server.sessions.length).toBeLessThanOrEqual(5);
    expect(transport.statistics()).toMatchObject({ inFlight: 0 });
    await transport.close();
  });

  test('a server that allows 10 streams never sees more, and later gets more connections', async () => {
    await using server = await startHttp2((stream, headers) => setImmediate(() => hello(stream, headers)), {
      maxConcurrentStreams: 10,
    });
    const transport = createUndiciTransport({ ca });
    for (let round = 0; round < 2; round++) {
      const all = await together(200, () => exchange(transport, server.origin));
      expect(all.every((one) => one.status === 200)).toBe(true);
    }
    expect(server.mostStreams).toBeLessThanOrEqual(10);
    expect(server.sessions.length).toBeGreaterThan(2);
    await transport.close();
  });

  test('fresh ones share a connection that has carried nothing', async () => {
    await using server = await startHttp2(hello, {}, false);
    const transport = createUndiciTransport({ http: '2' });
    await exchange(transport, server.origin);
    const all = await together(90, () => exchange(transport, server.origin, {}, { fresh: true }));
    expect(all.every((one) => one.body === 'hello /')).toBe(true);
    expect(server.sessions).toHaveLength(2);
    await exchange(transport, server.origin, {}, { fresh: true });
    expect(server.sessions).toHaveLength(3);
    await transport.close();
  });

  test('fresh ones that fail on a shared connection get one each', async () => {
    await using server = await startHttp2(
      (stream, headers) => {
        if (server.sessions.length === 2) stream.session?.destroy();
        else hello(stream, headers);
      },
      {},
      false,
    );
    const transport = createUndiciTransport({ http: '2' });
    await exchange(transport, server.origin);
    const fresh = () => together(5, () => exchange(transport, server.origin, {}, { fresh: true }));
    expect((await fresh()).every((one) => one.error !== null)).toBe(true);
    expect((await fresh()).every((one) => one.body === 'hello /' && !one.exchange.reused)).toBe(true);
    expect(server.sessions).toHaveLength(7);
    await transport.close();
  });

  test('if the first connection fails, those that waited for it fail with it', async () => {
    const server = await startHttp2(hello);
    await server[Symbol.asyncDispose]();
    const transport = createUndiciTransport({ ca });
    const all = await together(20, () => exchange(transport, server.origin));
    expect(all.map((one) => one.error?.code)).toEqual(Array.from(all, () => 'connect_refused'));
    expect(all.every((one) => one.error?.sent === false)).toBe(true);
    expect(transport.statistics()).toEqual({ inFlight: 0, connections: 0, connected: 0 });
    await transport.close();
  });
});

describe('cancelling', () => {
  test('a stream ends alone; its siblings and the connection stay', async () => {
    const silent: http2.ServerHttp2Stream[] = [];
    await using server = await startHttp2((stream, headers) => {
      if (headers[':path'] === '/silent') silent.push(stream);
      else hello(stream, headers);
    });
    const transport = createUndiciTransport({ ca });
    const cancelled = new RecordedExchange(transport, requestTo(server.origin, { path: '/silent' }));
    await until(() => silent.length === 1);
    const sibling = exchange(transport, server.origin);
    cancelled.exchange.cancel();
    expect((await sibling).body).toBe('hello /');
    await until(() => silent[0]?.closed === true);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(true);
    expect([cancelled.events, server.sessions.length]).toEqual([[], 1]);
    await transport.close();
  });

  test('the first, while it is connecting: another takes its place', async () => {
    await using server = await startHttp2(hello);
    const transport = createUndiciTransport({ ca });
    const first = new RecordedExchange(transport, requestTo(server.origin));
    const second = exchange(transport, server.origin);
    const third = new RecordedExchange(transport, requestTo(server.origin));
    first.exchange.cancel();
    third.exchange.cancel();
    expect((await second).body).toBe('hello /');
    expect([first.events, third.events]).toEqual([[], []]);
    await transport.close();
  });

  test('close ends all streams with `cancelled`', async () => {
    await using server = await startHttp2(() => {});
    const transport = createUndiciTransport({ ca });
    const all = Array.from({ length: 150 }, () => new RecordedExchange(transport, requestTo(server.origin)));
    await until(() => server.mostStreams === 100);
    await transport.close();
    expect(all.map((one) => one.error?.code)).toEqual(all.map(() => 'cancelled'));
    expect(all.every((one) => one.story === 'error')).toBe(true);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });
});

describe('when the server gives up', () => {
  const settings = frame(4, 0, 0);
  const settingsSeen = frame(4, 1, 0);
  const head = frame(1, 4, 1, '\x88');
  const piece = frame(0, 0, 1, 'par');
  const lastPiece = frame(0, 1, 1, 'par');
  const resetWith = (code: number, stream = 1): Buffer => frame(3, 0, stream, `\0\0\0${String.fromCharCode(code)}`);
  const goAway = frame(7, 0, 0, '\0'.repeat(8));

  /** What the server sends; the events, the code and whether it was sent. */
  const endings: readonly (readonly [string, readonly Step[], string, string | undefined, boolean])[] = [
    ['a whole answer', [send(head), send(lastPiece)], 'head data end', undefined, true],
    [
      'a whole answer, then a reset without error',
      [send(Buffer.concat([head, lastPiece, resetWith(0)]))],
      'head data end',
      undefined,
      true,
    ],
    [
      'a body reset with an internal error',
      [send(head), send(piece), pause(10), send(resetWith(2))],
      'head data error',
      'body_cut',
      true,
    ],
    ['a body cancelled', [send(head), send(piece), pause(10), send(resetWith(8))], 'head data error', 'body_cut', true],
    [
      'a body cancelled in one packet',
      [send(Buffer.concat([head, piece, resetWith(8)]))],
      'head data error',
      'body_cut',
      true,
    ],
    ['a body whose connection ends', [send(head), send(piece), pause(10), end], 'head data error', 'body_cut', true],
    ['a reset before the head', [send(resetWith(2))], 'error', 'connection_reset', true],
    ['a cancel before the head', [send(resetWith(8))], 'error', 'connection_closed', true],
    ['a GOAWAY that refuses, each time', [send(goAway)], 'error', 'connection_closed', false],
    ['two refusals', [send(resetWith(7)), pause(10), send(resetWith(7, 3))], 'error', 'connection_closed', false],
  ];

  test.each(endings)('%s', async (_name, steps, story, code, wasSent) => {
    await using server = await startScriptedServer([readHead, send(settings), send(settingsSeen), pause(10), ...steps]);
    const transport = createUndiciTransport({ http: '2' });
    const done = await exchange(transport, server.origin, { method: 'POST' });
    expect([done.story, done.error?.code, done.exchange.sent]).toEqual([story, code, wasSent]);
    await transport.close();
    await until(() => server.open === 0);
  });

  test('a server that speaks no HTTP/2', async () => {
    await using server = await startScriptedServer([readHead, send('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    const transport = createUndiciTransport({ http: '2' });
    const { error } = await exchange(transport, server.origin);
    expect(error).toMatchObject({ code: 'protocol_error', answered: true });
    await transport.close();
  });

  test('a connection that dies takes its streams with it, each told once', async () => {
    await using server = await startHttp2(() => {});
    const transport = createUndiciTransport({ ca });
    const all = Array.from({ length: 20 }, () => new RecordedExchange(transport, requestTo(server.origin)));
    await until(() => server.mostStreams === 20);
    for (const session of server.sessions) session.socket.destroy();
    const ended = await Promise.all(all.map((one) => one.finished));
    expect(ended.every((one) => one.story === 'error' && one.error?.sent === true)).toBe(true);
    expect(ended.map((one) => one.error?.code)).toEqual(
      ended.map(() => expect.stringMatching(/^connection_(closed|reset)$/)),
    );
    await until(() => transport.statistics().connections === 0);
    await transport.close();
  });

  test('a GOAWAY in between: the connection is given up, and what follows goes over a new one', async () => {
    await using server = await startHttp2(hello);
    const transport = createUndiciTransport({ ca });
    await exchange(transport, server.origin);
    server.sessions[0]?.goaway();
    await until(() => transport.statistics().connections === 0);
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'hello /', exchange: { reused: false } });
    await transport.close();
  });

  test('a GOAWAY in the middle: what was accepted is answered, the rest goes over a new connection', async () => {
    await using server = await startHttp2((stream, headers) => {
      if (stream.session === server.sessions[0] && stream.id === 3) stream.session?.goaway(0, 1);
      else setTimeout(() => hello(stream, headers), 20);
    });
    const transport = createUndiciTransport({ ca });
    const both = await together(2, (nth) => exchange(transport, server.origin, { path: `/${nth}`, method: 'POST' }));
    expect(both.map((one) => one.body)).toEqual(['hello /0', 'hello /1']);
    expect(server.sessions).toHaveLength(2);
    await transport.close();
  });
});

/** A frame (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload = ''): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.write(payload, 9, 'latin1');
  return bytes;
}
