// A server that misbehaves at random, by a seed: connections that are reset, ended, silent or no TLS from the
// start, that are closed when idle, or in the middle of anything; and answers of all kinds (`unruly-plan.ts`).

import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { seededRandom } from '../concurrency/random.ts';
import type { Random } from '../concurrency/random.ts';
import { testCertificate } from './test-certificate.ts';
import { UnrulyHttp1, silentMs } from './unruly-http1.ts';
import { serveUnrulyHttp2 } from './unruly-http2.ts';
import type { UnrulyLedger } from './unruly-ledger.ts';
import type { UnrulyTemper } from './unruly-plan.ts';

/** What it speaks, and how badly. */
export interface UnrulyOptions {
  readonly http: '1.1' | '2';
  readonly secure: boolean;
  readonly temper: UnrulyTemper;
  readonly ledger: UnrulyLedger;
}

/** A server on 127.0.0.1. */
export interface UnrulyServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
}

/** Starts a server. */
export async function startUnrulyServer(options: UnrulyOptions): Promise<UnrulyServer> {
  const server = new Unruly(options);
  await server.listen();
  return server;
}

class Unruly implements UnrulyServer {
  port = 0;
  readonly #options: UnrulyOptions;
  readonly #random: Random;
  readonly #sockets = new Set<Socket>();
  readonly #front: Server;
  /** Takes connections that are to be served properly, as `connection` events. Null: they are served as they are. */
  readonly #inner: { emit(name: 'connection', socket: Socket): boolean } | null;
  /** Finds again the connection below a secure socket, which cannot send RST itself. */
  #remember: (raw: Socket) => void = () => {};

  constructor(options: UnrulyOptions) {
    this.#options = options;
    this.#random = seededRandom(options.temper.seed + 1);
    this.#inner = this.#makeInner();
    this.#front = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get origin(): string {
    return `${this.#options.secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject);
      this.#front.listen(0, '127.0.0.1', 1_024, () => {
        this.port = (this.#front.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#front.close(() => resolve()));
  }

  #makeInner(): { emit(name: 'connection', socket: Socket): boolean } | null {
    const { http, ledger, secure, temper } = this.#options;
    const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
    const onSession = (session: ServerHttp2Session): void => serveUnrulyHttp2(session, temper, ledger);
    if (http === '2') {
      const settings = { maxConcurrentStreams: 40 };
      const server = secure ? createSecureServer({ ...identity, settings }) : createHttp2Server({ settings });
      server.on('session', onSession).on('sessionError', quiet).on('tlsClientError', quiet);
      return server;
    }
    if (!secure) return null;
    const server = createTlsServer({ ...identity, ALPNProtocols: ['http/1.1'] }, (socket) => {
      const raw = rawOf.get(socket.remotePort ?? 0);
      if (raw === undefined) socket.destroy();
      else this.#serve(socket, raw);
    });
    const rawOf = new Map<number, Socket>();
    this.#remember = (raw) => {
      const port = raw.remotePort ?? 0;
      rawOf.set(port, raw);
      raw.once('close', () => rawOf.get(port) === raw && rawOf.delete(port));
    };
    return server.on('tlsClientError', quiet);
  }

  #accept(socket: Socket): void {
    const fate = this.#random();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', quiet);
    if (fate < 0.015) socket.resetAndDestroy();
    else if (fate < 0.03) socket.end();
    else if (fate < 0.04) this.#after(socket, silentMs, () => socket.destroy());
    else if (fate < 0.05) socket.end('220 mail.example.com ESMTP\r\n');
    else this.#admit(socket, fate);
  }

  #admit(socket: Socket, fate: number): void {
    const { maxDelayMs } = this.#options.temper;
    // Some die whatever they are doing, before or after they were idle for a while.
    if (fate < 0.25) {
      const end = fate < 0.15 ? (): unknown => socket.resetAndDestroy() : (): unknown => socket.destroy();
      this.#after(socket, this.#random() * 5 * maxDelayMs, end);
    }
    const idleMs = this.#random() ** 2 * 4 * maxDelayMs;
    if (this.#random() < 0.5) socket.setTimeout(Math.max(1, idleMs), () => socket.end());
    if (this.#inner === null) {
      this.#serve(socket, socket);
    } else {
      this.#remember(socket);
      this.#inner.emit('connection', socket);
    }
  }

  #serve(socket: Socket, raw: Socket): void {
    socket.on('error', quiet);
    const reset = (): void => void (raw.destroyed || raw.resetAndDestroy());
    void new UnrulyHttp1(socket, reset, this.#options.temper, this.#options.ledger).serve();
  }

  #after(socket: Socket, ms: number, act: () => unknown): void {
    const timer = setTimeout(() => !socket.destroyed && act(), ms);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }
}

/** What clients do to connections is no concern of a server like this. */
function quiet(): void {}
