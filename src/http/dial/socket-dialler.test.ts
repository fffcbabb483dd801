// Dialling with real sockets: how bytes are read, names, TLS and what it offers, time limits, aborts.

import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { until } from '../../testing/until.ts';
import type { AbortDial, Offer, Reading } from './dialler.ts';
import { createDialler } from './socket-dialler.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
const ignore = (): void => {};

/** A server on 127.0.0.1 and its sockets. */
class Listening implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => this.sockets.push(socket.on('error', ignore)));
  }

  static async on(server: Server, host = '127.0.0.1'): Promise<Listening> {
    const listening = new Listening(server);
    server.listen(0, host);
    await once(server, 'listening');
    return listening;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function tls(options: TlsOptions = {}, onSocket: (socket: TLSSocket) => void = ignore): Promise<Listening> {
  const server = createTlsServer({ ...identity, ...options }, (socket) => onSocket(socket.on('error', ignore)));
  return Listening.on(server.on('tlsClientError', ignore));
}

/** Reads text into a buffer of its own. */
class Text implements Reading {
  readonly buffer = Buffer.alloc(1_024);
  read = '';

  callback(bytes: number): boolean {
    this.read += this.buffer.toString('latin1', 0, bytes);
    return true;
  }
}

interface Wish {
  readonly port: number;
  readonly secure?: boolean;
  readonly host?: string;
  readonly offer?: Offer;
  readonly reading?: Reading;
}

type Dialler = ReturnType<typeof createDialler>;

function begin(dialler: Dialler, wish: Wish, done: (error: Error | null, socket: Socket | null) => void): AbortDial {
  const { port, secure = false, host = '127.0.0.1', offer = 'http1', reading = null } = wish;
  return dialler.dial({ target: { secure, host, port }, offer, reading }, done);
}

/** Dials; resolves to the socket. */
function dial(dialler: Dialler, wish: Wish): Promise<Socket> {
  return new Promise((resolve, reject) => {
    begin(dialler, wish, (error, socket) =>
      socket === null ? reject(error ?? new Error('nothing')) : resolve(socket),
    );
  });
}

function dialTls(dialler: Dialler, wish: Wish): Promise<TLSSocket> {
  return dial(dialler, { secure: true, ...wish }) as Promise<TLSSocket>;
}

/** A resolver that knows these addresses only. */
function addresses(...all: string[]): LookupFunction {
  return (_name, _options, answer) =>
    answer(
      null,
      all.map((address) => ({ address, family: 4 })),
    );
}

const hello = (socket: Socket): unknown => socket.write('hello');

describe('reading', () => {
  test.each([false, true])('into the buffer that is given, and not as a stream (TLS: %s)', async (secure) => {
    await using server = secure ? await tls({}, hello) : await Listening.on(createServer(hello));
    const reading = new Text();
    const socket = await dial(createDialler({ ca }), { port: server.port, secure, reading });
    let streamed = 0;
    socket.on('data', () => streamed++);
    await until(() => reading.read === 'hello');
    expect(streamed).toBe(0);
    socket.destroy();
  });

  test('without one the socket is a stream', async () => {
    await using server = await Listening.on(createServer((socket) => socket.end('hello')));
    const socket = await dial(createDialler({}), { port: server.port });
    expect(String(await once(socket, 'data'))).toBe('hello');
  });

  test('a socket made for reading can be given to node:http2', async () => {
    const server = createHttp2Server({ ...identity }, (_request, response) => response.end('two'));
    await using listening = await Listening.on(server);
    const reading = new Text();
    const socket = await dialTls(createDialler({ ca }), { port: listening.port, offer: 'http2', reading });
    const session = connectHttp2(`https://127.0.0.1:${listening.port}`, { createConnection: () => socket });
    const stream = session.request({ ':path': '/' });
    let body = '';
    for await (const chunk of stream.setEncoding('utf8')) body += String(chunk);
    session.destroy();
    expect([body, reading.read]).toEqual(['two', '']);
  });
});

describe('TLS', () => {
  test('offers what it is told to', async () => {
    await using both = await tls({ ALPNProtocols: ['h2', 'http/1.1'] });
    await using old = await tls({ ALPNProtocols: ['http/1.1'] });
    const dialler = createDialler({ ca });
    const agreed = async (port: number, offer: Offer): Promise<unknown> => {
      const socket = await dialTls(dialler, { port, offer });
      socket.destroy();
      return socket.alpnProtocol;
    };
    expect(await agreed(both.port, 'http1')).toBe('http/1.1');
    expect(await agreed(both.port, 'http2')).toBe('h2');
    expect(await agreed(both.port, 'either')).toBe('h2');
    expect(await agreed(old.port, 'either')).toBe('http/1.1');
    await expect(agreed(old.port, 'http2')).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
  });

  test('asks for names, never for an address', async () => {
    const seen: unknown[] = [];
    await using server = await tls({}, (socket) => seen.push(socket.servername));
    const dialler = createDialler({ ca, lookup: addresses('127.0.0.1') });
    for (const host of ['localhost', '127.0.0.1']) {
      const socket = await dialTls(dialler, { port: server.port, host });
      await until(() => seen.length === (host === 'localhost' ? 1 : 2));
      socket.destroy();
    }
    expect(seen).toEqual(['localhost', false]);
  });

  test('trusts nobody that it was not told to, and no other name', async () => {
    await using server = await tls();
    const wish = { port: server.port };
    await expect(dialTls(createDialler({}), wish)).rejects.toMatchObject({
      code: expect.stringMatching(/VERIFY|CERT/),
    });
    const other = createDialler({ ca, lookup: addresses('127.0.0.1') });
    await expect(dialTls(other, { ...wish, host: 'other.test' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    (await dialTls(createDialler({ verifyTls: false }), wish)).destroy();
  });
});

describe('names', () => {
  test.skipIf(process.platform !== 'linux')(
    'an address that is dead is passed by, with all that TLS needs',
    async () => {
      const seen: string[] = [];
      await using server = await tls({ ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
        seen.push(`${socket.servername} ${socket.alpnProtocol} ${socket.isSessionReused() ? 'resumed' : 'new'}`);
        socket.write('hello');
      });
      const clock = new FakeClock();
      const dialler = createDialler({ ca, clock, lookup: addresses('127.0.0.2', '127.0.0.1') });
      for (let i = 0; i < 2; i++) {
        const reading = new Text();
        const wish = { port: server.port, host: 'localhost', offer: 'either', reading } as const;
        const socket = await dialTls(dialler, wish);
        await until(() => reading.read === 'hello');
        socket.destroy();
        // The dead one is tried again.
        clock.advance(30_000);
      }
      expect(seen).toEqual(['localhost h2 new', 'localhost h2 resumed']);
    },
  );

  test('what cannot be dialled at all is an error too, and it comes later', async () => {
    let returned = false;
    const error = await new Promise<Error | null>((resolve) => {
      begin(createDialler({}), { port: 70_000 }, (problem) => resolve(returned ? problem : null));
      returned = true;
    });
    expect(error).toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
  });
});

/** Dials, lets the time pass when `when` holds, and gives the error. No timer may be left. */
async function outOfTime(wish: Wish, lookup: LookupFunction | undefined, when: () => boolean): Promise<unknown> {
  const clock = new FakeClock();
  const dialler = createDialler({ ca, clock, connectTimeoutMs: 5_000, ...(lookup === undefined ? {} : { lookup }) });
  const ended: unknown[] = [];
  begin(dialler, wish, (error) => ended.push(error));
  await until(when);
  clock.advance(4_990);
  expect(ended).toEqual([]);
  clock.advance(20);
  expect([ended.length, clock.pending]).toEqual([1, 0]);
  return ended[0];
}

describe('time', () => {
  test('a name server that is silent', async () => {
    let asked = false;
    const lookup = (): void => {
      asked = true;
    };
    const error = await outOfTime({ port: 80, host: 'slow.test' }, lookup, () => asked);
    expect(error).toMatchObject({ code: 'EAI_AGAIN', hostname: 'slow.test' });
  });

  test('a handshake that does not end: which address it was', async () => {
    await using silent = await Listening.on(createServer());
    const wish = { port: silent.port, host: 'silent.test', secure: true };
    const error = await outOfTime(wish, addresses('127.0.0.1'), () => silent.sockets.length === 1);
    expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT', cause: { errors: [{ address: '127.0.0.1' }] } });
    const [socket] = silent.sockets;
    await until(() => socket?.resume().closed === true);
  });

  test('a connection that is made leaves no timer', async () => {
    await using server = await Listening.on(createServer());
    const clock = new FakeClock();
    const socket = await dial(createDialler({ clock }), { port: server.port });
    expect(clock.pending).toBe(0);
    clock.advance(60_000);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

describe('giving up', () => {
  test('while a name is looked up: nothing is connected, and nothing is said', async () => {
    await using server = await Listening.on(createServer());
    const clock = new FakeClock();
    let answerLookup: () => void = ignore;
    const dialler = createDialler({
      clock,
      lookup: (_name, _options, answer) => {
        answerLookup = () => answer(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const said: unknown[] = [];
    const abort = begin(dialler, { port: server.port, host: 'a.test' }, (error) => said.push(error));
    await until(() => answerLookup !== ignore);
    expect([abort(), clock.pending]).toEqual([{ lookingUp: 'a.test', tried: [] }, 0]);
    answerLookup();
    // One that is not given up arrives after all that went before it.
    (await dial(dialler, { port: server.port })).destroy();
    expect([said, server.sockets.length]).toEqual([[], 1]);
  });

  test('in the handshake: the socket goes at once, and nothing is said', async () => {
    await using silent = await Listening.on(createServer());
    const said: unknown[] = [];
    const wish = { port: silent.port, secure: true };
    const abort = begin(createDialler({ ca }), wish, (error) => said.push(error));
    await until(() => silent.sockets.length === 1);
    abort();
    await until(() => silent.sockets[0]?.resume().closed === true);
    expect(said).toEqual([]);
  });

  test('too late: the socket is somebody else’s', async () => {
    await using server = await Listening.on(createServer());
    let abort: AbortDial | null = null;
    const socket = await new Promise<Socket | null>((resolve) => {
      abort = begin(createDialler({}), { port: server.port }, (_error, made) => resolve(made));
    });
    (abort as AbortDial | null)?.();
    expect(socket?.destroyed).toBe(false);
    socket?.destroy();
  });

  test('a server that hangs up in the handshake is an error, once', async () => {
    await using rude = await Listening.on(createServer((socket) => socket.once('data', () => socket.destroy())));
    await expect(dialTls(createDialler({ ca }), { port: rude.port })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
