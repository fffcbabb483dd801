// Starts the stand-in service: a server that behaves, or misbehaves, as its paths say, and counts what it
// receives. It answers for sockets and life time; what is answered is the router's.
// Nothing times out on this side, since long delays are what some paths are for.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';

import { systemClock, type Clock } from '../concurrency/clock.ts';
import type { ApiOptions } from './api-mode.ts';
import { Counters, type StatisticsDetail, type TargetStatistics } from './counters.ts';
import { createRouter, type Router } from './router.ts';
import type { Service } from './service.ts';

/** PEM texts. */
export interface TargetTls {
  readonly key: string;
  readonly cert: string;
  /** Refuse clients without a certificate that `ca` signed. @default false */
  readonly requestCert?: boolean;
  readonly ca?: string;
}

/** How the service is started. */
export interface TargetOptions {
  /** 0 takes any that is free. @default 0 */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Serve HTTPS, HTTP/2 and HTTP/1.1 by ALPN. */
  readonly tls?: TargetTls;
  /** Play a partner's API on every path; the service's own paths then stand under `/__target/`. */
  readonly api?: ApiOptions;
  /** Of everything random. @default 1 */
  readonly seed?: number;
  /** Requests per second accepted on all paths together; 429 beyond. @default none */
  readonly rate?: number;
  /** Idempotency keys, and names in `X-Record`, that are remembered; the rest is counted as untracked. @default 1000000 */
  readonly nameLimit?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** A running service. */
export interface Target {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  stats(detail?: StatisticsDetail): TargetStatistics;
  /** Forgets counts, rates and the state of everything random. */
  reset(): void;
  /** Ends every connection and refuses new ones, as a service does that is down. */
  pause(): Promise<void>;
  /** Listens again, at the same port. */
  resume(): Promise<void>;
  /** Ends every connection and stops. */
  close(): Promise<void>;
}

const serverOptions = {
  keepAliveTimeout: 60_000,
  headersTimeout: 0,
  requestTimeout: 0,
  maxHeaderSize: 1024 * 1024,
  optimizeEmptyRequests: true,
  noDelay: true,
};

/** The kernel cuts it down to what it allows. */
const backlog = 65_535;

/**
 * Starts the service and resolves when it accepts connections.
 *
 * @example
 * const target = await startTarget({ port: 0 });
 * await fetch(`${target.url}/delay/0.2`);
 * console.log(target.stats().total);
 * await target.close();
 * @throws the error of `listen`, e.g. EADDRINUSE
 */
export async function startTarget(options: TargetOptions = {}): Promise<Target> {
  const { port = 0, host = '127.0.0.1', tls, seed = 1, nameLimit = 1_000_000, clock = systemClock } = options;
  const counters = new Counters(nameLimit);
  const sockets = new Set<Socket>();
  const routerOptions = { api: options.api ?? null, rate: options.rate ?? null };
  let router: Router;
  const service: Service = {
    clock,
    seed,
    counters,
    rawSocket: (socket) => (tls === undefined ? socket : rawSocketOf(socket, sockets)),
    reset() {
      counters.reset();
      router = createRouter(service, routerOptions);
    },
  };
  router = createRouter(service, routerOptions);

  const server = serverFor(tls, (request, response) => router(request, response));
  server.on('connection', (socket: Socket) => {
    counters.connectionOpened();
    sockets.add(socket);
    socket.once('close', () => {
      counters.connectionClosed();
      sockets.delete(socket);
    });
  });
  await listening(server, port, host);
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    stats: (detail) => counters.statistics(detail),
    reset: () => service.reset(),
    pause: () => closed(server, sockets),
    resume: () => listening(server, bound, host),
    close: () => closed(server, sockets),
  };
}

function serverFor(tls: TargetTls | undefined, listener: RequestListener): Server {
  if (tls === undefined) return createServer(serverOptions, listener);
  // The compatibility objects of HTTP/2 have what `Call` uses of those of HTTP/1.1.
  return createSecureServer(
    { ...serverOptions, ...tls, allowHTTP1: true, rejectUnauthorized: tls.requestCert === true, maxSessionMemory: 256 },
    (request, response) => listener(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Also waits until the requests that were in flight are counted as over. */
async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const ends = [...sockets].map((socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())));
  const end = new Promise<void>((resolve) => void server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await Promise.all([end, ...ends]);
  // HTTP/2 streams close one turn after their connection.
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** The TCP socket that a TLS socket lies on: the one with the same other side. */
function rawSocketOf(socket: Socket, sockets: ReadonlySet<Socket>): Socket {
  for (const raw of sockets) {
    if (raw.remotePort === socket.remotePort && raw.remoteAddress === socket.remoteAddress) return raw;
  }
  return socket;
}
