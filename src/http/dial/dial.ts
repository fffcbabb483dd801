// Opens the socket of a connection: directly or through a proxy, with TLS on top where the target
// wants it. Everything that undici's connections do before HTTP happens here.
//
// Invariant: the callback comes once, unless the dialling was aborted; an abort frees the socket at once.
// Trap: undici dials again and again for an error whose code is UND_ERR_SOCKET or UND_ERR_INFO, so
// what goes wrong at a proxy is always wrapped.

import { Socket, isIP } from 'node:net';
import { Client } from 'undici';
import type { buildConnector } from 'undici';
import type { AbortDial, Connectors, Dialled, Reached, Target } from './connectors.ts';
import type { ProxyServer } from './proxy-choice.ts';
import { negotiateSocks5 } from './socks5-tunnel.ts';
import { triedAddresses } from './tried-addresses.ts';

/** The proxy did not do what was asked of it. `message` is a sentence without credentials. */
export class ProxyProblem extends Error {
  readonly code = 'PROXY_PROBLEM';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}

const reachHint = 'Check the address given with --proxy or in the environment, and that the proxy is up.';

/** Dials a target directly. */
export function dialDirect(connectors: Connectors, target: Target, http2: boolean, done: Dialled): AbortDial {
  return connectors.connect(target, http2, null, done);
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
    else if (target.secure) abort = connectors.connect(target, http2, socket, done);
    else done(null, socket);
  };
  abort =
    proxy.kind === 'socks5'
      ? tunnelThroughSocks(connectors, proxy, target, tunnelled)
      : tunnelThroughHttp(connectors, proxy, target, tunnelled);
  // The addresses are those of the proxy: of the target's there is nothing to tell.
  return () => ({ ...abort(), tried: [] });
}

function tunnelThroughSocks(connectors: Connectors, proxy: ProxyServer, target: Target, done: Dialled): AbortDial {
  const there = { secure: false, host: proxy.host, port: proxy.port };
  return connectors.connect(there, false, null, (error, socket) => {
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
  let abort: AbortDial = nothingReached;
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
    return abort();
  };
}

/** Dials the proxy itself. */
export function dialProxy(connectors: Connectors, proxy: ProxyServer, done: Dialled): AbortDial {
  const target: Target = { secure: proxy.kind === 'https', host: proxy.host, port: proxy.port };
  return connectors.connect(target, false, null, (error, socket) => {
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
  const told = error === null ? 'no socket' : error.message || ('code' in error ? String(error.code) : error.name);
  // An error of one address names it in its message.
  const reason = error instanceof AggregateError ? told + triedAddresses(error, proxy.host) : told;
  return new ProxyProblem(`the proxy ${proxy.shown} cannot be used: ${reason}`, reachHint, error);
}

function credentialsHint(problem: string): string {
  return problem.includes('password') ? 'Write them into the proxy: http://user:password@host:port.' : reachHint;
}

function nothingReached(): Reached {
  return { lookingUp: null, tried: [] };
}

function ignore(): void {}
