// How an origin is reached: directly, through a tunnel, or by asking a proxy to forward. Decided once
// for an origin, from the options and the environment.

import type { Client } from 'undici';
import type { AbortDial, DialDone, Target } from '../dial/dialler.ts';
import { proxyChoice } from '../dial/proxy-choice.ts';
import type { ProxyServer } from '../dial/proxy-choice.ts';
import { SocketOpener } from '../dial/socket-opener.ts';
import { TimeLimit } from '../dial/time-limit.ts';
import type { TransportOptions } from '../transport-options.ts';
import { dialProxy, dialThrough, proxyAuthorization, proxyUrl } from './proxy-dial.ts';

type Dial = (http2: boolean, done: DialDone) => AbortDial;

/** The way to an origin, or to the proxy that forwards to it. */
export interface Route {
  /** Origins with the same key share connections. */
  readonly key: string;
  /** What undici's client is made for. */
  readonly clientUrl: string;
  /** `ask`: TLS decides. */
  readonly protocol: 'http1' | 'http2' | 'ask';
  /** HTTP/2 or nothing. */
  readonly insists: boolean;
  /** The proxy that is asked for whole URLs, and the headers it wants; null: there is none. */
  readonly forward: { readonly proxy: ProxyServer; readonly headers: readonly string[] } | null;
  readonly clientOptions: Client.Options;
  readonly dial: Dial;
}

/** An idle connection is closed after this, unless the server gives a hint. */
const keepAliveMs = 4_000;
/** No hint of a server keeps an idle connection longer. */
const keepAliveMaxMs = 600_000;
/** Given up so long before the server would, since its closing is already on the way then. */
const keepAliveMarginMs = 1_000;
/** Streams on one HTTP/2 connection, unless the server allows fewer (RFC 9113, 6.5.2 recommends no less). */
export const streamsPerConnection = 100;

/**
 * Prepares the routes of a transport.
 * @throws UsageError for a proxy or certificates that cannot be used.
 */
export function routes(options: TransportOptions): (origin: string) => Route {
  const limit = new TimeLimit(options);
  const opener = new SocketOpener(options);
  const chooseProxy = proxyChoice(options);
  const http = options.http ?? 'auto';
  const clientOptions: Client.Options = {
    pipelining: 1,
    headersTimeout: options.headersTimeoutMs ?? 0,
    bodyTimeout: options.bodyTimeoutMs ?? 0,
    keepAliveTimeout: options.keepAliveMs ?? keepAliveMs,
    keepAliveMaxTimeout: options.keepAliveMaxMs ?? keepAliveMaxMs,
    keepAliveTimeoutThreshold: keepAliveMarginMs,
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    h2Options: { maxConcurrentStreams: streamsPerConnection },
  };

  return (origin) => {
    const url = new URL(origin);
    const proxy = chooseProxy(url);
    const secure = url.protocol === 'https:';
    if (proxy !== null && proxy.kind !== 'socks5' && !secure && http !== '2') {
      return forwarding(opener, proxy, clientOptions, limit);
    }
    const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    const target = { secure, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) };
    const asks = secure ? 'ask' : http === '2' ? 'http2' : 'http1';
    return {
      key: origin,
      clientUrl: url.origin,
      protocol: http === '1.1' ? 'http1' : asks,
      insists: http === '2',
      forward: null,
      clientOptions,
      dial: (http2, done) => limit.hold((finish) => dialTarget(opener, proxy, target, http2, finish), done),
    };
  };
}

function forwarding(opener: SocketOpener, proxy: ProxyServer, clientOptions: Client.Options, limit: TimeLimit): Route {
  return {
    key: proxy.shown,
    clientUrl: proxyUrl(proxy),
    protocol: 'http1',
    insists: false,
    forward: { proxy, headers: Object.entries(proxyAuthorization(proxy)).flat() },
    clientOptions,
    dial: (_http2, done) => limit.hold((finish) => dialProxy(opener, proxy, finish), done),
  };
}

function dialTarget(
  opener: SocketOpener,
  proxy: ProxyServer | null,
  target: Target,
  http2: boolean,
  done: DialDone,
): AbortDial {
  const offer = http2 ? 'either' : 'http1';
  if (proxy !== null) return dialThrough(opener, proxy, target, offer, done);
  return opener.open({ target, offer, reading: null }, null, done);
}
