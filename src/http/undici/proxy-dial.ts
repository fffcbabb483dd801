// Opens the socket of a connection through a proxy: by a tunnel that it makes, or to the proxy itself, which
// is asked for whole URLs then. What sockets are and what TLS is are the business of `dial/`.
//
// Invariant: the callback comes once, unless the dialling was aborted; an abort frees the socket at once.
// Trap: undici dials again and again for an error whose code is UND_ERR_SOCKET or UND_ERR_INFO, so
// what goes wrong at a proxy is always wrapped.

import { Socket, isIP } from 'node:net';
import type { buildConnector } from 'undici';
import { ConnectTimeout } from '../dial/connect-timeout.ts';
import type { DialTimes } from '../exchange-times.ts';
import type { AbortDial, DialDone, Offer, Reached, Target } from '../dial/dialler.ts';
import type { ProxyServer } from '../dial/proxy-choice.ts';
import { ProxyProblem } from '../dial/proxy-problem.ts';
import type { SocketOpener } from '../dial/socket-opener.ts';
import { negotiateSocks5 } from '../dial/socks5-tunnel.ts';
import { triedAddresses } from '../dial/tried-addresses.ts';
import { loadUndici } from './load-undici.ts';

const reachHint = 'Check the address given with --proxy or in the environment, and that the proxy is up.';

/** Dials a target through a tunnel that a proxy makes. */
export function dialThrough(
  opener: SocketOpener,
  proxy: ProxyServer,
  target: Target,
  offer: Offer,
  done: DialDone,
): AbortDial {
  let abort: AbortDial;
  const tunnelled: DialDone = (error, socket, way) => {
    const onTop: DialDone = (trouble, tls, times) => done(trouble, tls, together(way, times));
    if (error !== null || socket === null) done(error, null);
    else if (target.secure) abort = opener.open({ target, offer, reading: null }, socket, onTop);
    else done(null, socket, way);
  };
  abort =
    proxy.kind === 'socks5'
      ? tunnelThroughSocks(opener, proxy, target, tunnelled)
      : tunnelThroughHttp(opener, proxy, target, tunnelled);
  // The addresses are those of the proxy: of the target's there is nothing to tell.
  return () => ({ ...abort(), tried: [] });
}

function tunnelThroughSocks(opener: SocketOpener, proxy: ProxyServer, target: Target, done: DialDone): AbortDial {
  return openTo(opener, { secure: false, host: proxy.host, port: proxy.port }, (error, socket, times) => {
    if (error !== null || socket === null) {
      done(unreachable(proxy, error), null);
      return;
    }
    negotiateSocks5(socket, proxy, target, (problem) => {
      if (problem === null) {
        done(null, socket, times);
        return;
      }
      socket.destroy();
      done(new ProxyProblem(`the proxy ${proxy.shown} ${problem}`, credentialsHint(problem)), null);
    });
  });
}

function tunnelThroughHttp(opener: SocketOpener, proxy: ProxyServer, target: Target, done: DialDone): AbortDial {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  let abort: AbortDial = nothingReached;
  let way: DialTimes | undefined;
  const { Client } = loadUndici();
  const client = new Client(proxyUrl(proxy), {
    headersTimeout: 0,
    connect: (_options, callback) => {
      abort = dialProxy(opener, proxy, (error, socket, times) => {
        way = times;
        callbackOf(callback, error, socket);
      });
    },
  });
  client.connect({ path: authority, headers: { host: authority, ...proxyAuthorization(proxy) } }, (error, data) => {
    if (error !== null) {
      void client.destroy();
      done(unreachable(proxy, error), null);
    } else if (data.statusCode >= 200 && data.statusCode < 300 && data.socket instanceof Socket) {
      done(null, data.socket, way);
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
export function dialProxy(opener: SocketOpener, proxy: ProxyServer, done: DialDone): AbortDial {
  const target: Target = { secure: proxy.kind === 'https', host: proxy.host, port: proxy.port };
  return openTo(opener, target, (error, socket, times) => {
    if (error !== null || socket === null) done(unreachable(proxy, error), null);
    else done(null, socket, times);
  });
}

/** What both took: the way to the proxy, and TLS with the target. */
function together(way: DialTimes | undefined, tls: DialTimes | undefined): DialTimes | undefined {
  return way === undefined || tls === undefined ? tls : { ...way, tlsMs: tls.tlsMs };
}

function openTo(opener: SocketOpener, target: Target, done: DialDone): AbortDial {
  return opener.open({ target, offer: 'http1', reading: null }, null, done);
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
  const isOfSeveral = error instanceof AggregateError || error instanceof ConnectTimeout;
  const reason = isOfSeveral ? told + triedAddresses(error, proxy.host) : told;
  return new ProxyProblem(`the proxy ${proxy.shown} cannot be used: ${reason}`, reachHint, error);
}

function credentialsHint(problem: string): string {
  return problem.includes('password') ? 'Write them into the proxy: http://user:password@host:port.' : reachHint;
}

function nothingReached(): Reached {
  return { lookingUp: null, tried: [] };
}

function ignore(): void {}
