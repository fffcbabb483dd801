// Opens the socket of a connection: directly or through a proxy, with TLS on top where the target
// wants it. Everything that undici's connections do before HTTP happens here.
//
// Invariant: the callback comes once, unless the dialling was aborted; an abort frees the socket at once.
// Trap: undici dials again and again for an error whose code is UND_ERR_SOCKET or UND_ERR_INFO, so
// what goes wrong at a proxy is always wrapped.

import { Socket, isIP } from 'node:net';
import { Client } from 'undici';
import type { buildConnector } from 'undici';
import { negotiateSocks5 } from './socks5-tunnel.ts';
import type { ProxyServer } from './proxy-choice.ts';

/** Where a socket shall lead. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

export type Dialled = (error: Error | null, socket: Socket | null) => void;

/** Ends the dialling. The callback may still be made with an error. */
export type AbortDial = () => void;

/** The proxy did not do what was asked of it. `message` is a sentence without credentials. */
export class ProxyProblem extends Error {
  readonly code = 'PROXY_PROBLEM';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}

/** The two ways to make a connection, shared by a transport: they keep the TLS sessions. */
export interface Connectors {
  readonly withHttp2: buildConnector.connector;
  readonly withoutHttp2: buildConnector.connector;
}

const reachHint = 'Check the address given with --proxy or in the environment, and that the proxy is up.';

/** Dials a target directly. */
export function dialDirect(connectors: Connectors, target: Target, http2: boolean, done: Dialled): AbortDial {
  return connect(connectors, target, http2, null, done);
}

/** Dials a target through a tunnel that a proxy makes. */
export function dialThrough(
  connectors: Connectors,
  proxy: ProxyServer,
  target: Target,
  http2: boolean,
  done: Dialled,
): AbortDial {
  let abort: AbortDial;
  const tunnelled: Dialled = (error, socket) => {
    if (error !== null || socket === null) done(error, null);
    else if (target.secure) abort = connect(connectors, target, http2, socket, done);
    else done(null, socket);
  };
  abort =
    proxy.kind === 'socks5'
      ? tunnelThroughSocks(connectors, proxy, target, tunnelled)
      : tunnelThroughHttp(connectors, proxy, target, tunnelled);
  return () => abort();
}

function connect(
  connectors: Connectors,
  target: Target,
  http2: boolean,
  under: Socket | null,
  done: Dialled,
): AbortDial {
  const connector = http2 ? connectors.withHttp2 : connectors.withoutHttp2;
  const options: buildConnector.Options = {
    hostname: target.host,
    host: target.host,
    protocol: target.secure ? 'https:' : 'http:',
    port: String(target.port),
    // An IP address is not a server name (RFC 6066, 3).
    servername: isIP(target.host) === 0 ? target.host : '',
    ...(under === null ? {} : { httpSocket: under }),
  };
  const socket: unknown = connector(options, (error, made) => done(error, made));
  return () => {
    // With an error, not without: it is what makes undici's connector clear its timer.
    if (socket instanceof Socket && !socket.destroyed) socket.destroy(new Error('aborted'));
  };
}

function tunnelThroughSocks(connectors: Connectors, proxy: ProxyServer, target: Target, done: Dialled): AbortDial {
  return connect(connectors, { secure: false, host: proxy.host, port: proxy.port }, false, null, (error, socket) => {
    if (error !== null || socket === null) {
      done(unreachable(proxy, error), null);
      return;
    }
    negotiateSocks5(socket, proxy, target, (problem) => {
      if (problem === null) {
        done(null, socket);
        return;
      }
      socket.destroy();
      done(new ProxyProblem(`the proxy ${proxy.shown} ${problem}`, credentialsHint(problem)), null);
    });
  });
}

function tunnelThroughHttp(connectors: Connectors, proxy: ProxyServer, target: Target, done: Dialled): AbortDial {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  let abort: AbortDial = ignore;
  const client = new Client(proxyUrl(proxy), {
    headersTimeout: 0,
    connect: (_options, callback) => {
      abort = dialProxy(connectors, proxy, (error, socket) => callbackOf(callback, error, socket));
    },
  });
  client.connect({ path: authority, headers: { host: authority, ...proxyAuthorization(proxy) } }, (error, data) => {
    if (error !== null) {
      void client.destroy();
      done(unreachable(proxy, error), null);
    } else if (data.statusCode >= 200 && data.statusCode < 300 && data.socket instanceof Socket) {
      done(null, data.socket);
    } else {
      data.socket.on('error', ignore).destroy();
      done(refusal(proxy, data.statusCode), null);
    }
  });
  return () => {
    void client.destroy();
    abort();
  };
}

/** Dials the proxy itself. */
export function dialProxy(connectors: Connectors, proxy: ProxyServer, done: Dialled): AbortDial {
  const target: Target = { secure: proxy.kind === 'https', host: proxy.host, port: proxy.port };
  return connect(connectors, target, false, null, (error, socket) => {
    if (error !== null || socket === null) done(unreachable(proxy, error), null);
    else done(null, socket);
  });
}

/** Hands the outcome of a dialling to undici. */
export function callbackOf(callback: buildConnector.Callback, error: Error | null, socket: Socket | null): void {
  if (socket !== null) callback(null, socket);
  else callback(error ?? new Error('no socket'), null);
}

/** The URL that a client of the proxy is made for. */
export function proxyUrl(proxy: ProxyServer): string {
  return `${proxy.kind}://${isIP(proxy.host) === 6 ? `[${proxy.host}]` : proxy.host}:${proxy.port}`;
}

/** Credentials as a header, or nothing. */
export function proxyAuthorization(proxy: ProxyServer): Record<string, string> {
  if (proxy.credentials === null) return {};
  const { user, password } = proxy.credentials;
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** What an answer of the proxy itself means. */
export function refusal(proxy: ProxyServer, status: number): ProxyProblem {
  if (status === 407) {
    const problem = 'wants a user name and password';
    return new ProxyProblem(`the proxy ${proxy.shown} ${problem} (407)`, credentialsHint(problem));
  }
  return new ProxyProblem(`the proxy ${proxy.shown} refused the tunnel with status ${status}`, reachHint);
}

function unreachable(proxy: ProxyServer, error: Error | null): ProxyProblem {
  if (error instanceof ProxyProblem) return error;
  const reason = error === null ? 'no socket' : error.message || ('code' in error ? String(error.code) : error.name);
  return new ProxyProblem(`the proxy ${proxy.shown} cannot be used: ${reason}`, reachHint, error);
}

function credentialsHint(problem: string): string {
  return problem.includes('password') ? 'Write them into the proxy: http://user:password@host:port.' : reachHint;
}

function ignore(): void {}
