// How an origin is reached: directly, through a tunnel, or by asking a proxy to forward. Decided once
// for an origin, from the options and the environment.

import { errors } from 'undici';
import type { Client } from 'undici';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { Connectors } from '../dial/connectors.ts';
import type { AbortDial, Dialled, Reached } from '../dial/connectors.ts';
import { dialDirect, dialProxy, dialThrough, proxyAuthorization, proxyUrl } from '../dial/dial.ts';
import { proxyChoice } from '../dial/proxy-choice.ts';
import type { ProxyServer } from '../dial/proxy-choice.ts';
import type { TransportOptions } from '../transport-options.ts';

type Dial = (http2: boolean, done: Dialled) => AbortDial;

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
  const limit: TimeLimit = { ms: options.connectTimeoutMs ?? 10_000, clock: options.clock ?? systemClock };
  const connectors = new Connectors(options);
  const chooseProxy = proxyChoice(options);
  const http = options.http ?? 'auto';
  const clientOptions: Client.Options = {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMaxMs,
    keepAliveTimeoutThreshold: keepAliveMarginMs,
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    h2Options: { maxConcurrentStreams: streamsPerConnection },
  };

  return (origin) => {
    const url = new URL(origin);
    const proxy = chooseProxy(url);
    const secure = url.protocol === 'https:';
    if (proxy !== null && proxy.kind !== 'socks5' && !secure && http !== '2') {
      return forwarding(connectors, proxy, clientOptions, limit);
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
      dial: within(limit, (http2, done) =>
        proxy === null
          ? dialDirect(connectors, target, http2, done)
          : dialThrough(connectors, proxy, target, http2, done),
      ),
    };
  };
}

function forwarding(
  connectors: Connectors,
  proxy: ProxyServer,
  clientOptions: Client.Options,
  limit: TimeLimit,
): Route {
  return {
    key: proxy.shown,
    clientUrl: proxyUrl(proxy),
    protocol: 'http1',
    insists: false,
    forward: { proxy, headers: Object.entries(proxyAuthorization(proxy)).flat() },
    clientOptions,
    dial: within(limit, (_http2, done) => dialProxy(connectors, proxy, done)),
  };
}

/** How long a dialling may take, and by whose time. */
interface TimeLimit {
  readonly ms: number;
  readonly clock: Clock;
}

const nothing: AbortDial = () => ({ lookingUp: null, tried: [] });

/** A dialling that ends, with all its steps, within the time. Calls back once at most. */
function within({ ms, clock }: TimeLimit, dial: Dial): Dial {
  return (http2, done) => {
    let ended = false;
    let abort: AbortDial = nothing;
    const timer = clock.setTimer(ms, () => {
      ended = true;
      done(tookTooLong(abort()), null);
    });
    const finish: Dialled = (error, socket) => {
      if (ended) {
        socket?.destroy();
        return;
      }
      ended = true;
      clock.clearTimer(timer);
      done(error, socket);
    };
    try {
      abort = dial(http2, finish);
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)), null);
    }
    return () => {
      ended = true;
      clock.clearTimer(timer);
      return abort();
    };
  };
}

/** A name server that is silent is not a server that is. */
function tookTooLong({ lookingUp, tried }: Reached): Error {
  if (lookingUp !== null) {
    const error = new Error(`the addresses of ${lookingUp} were not found in time`);
    return Object.assign(error, { code: 'EAI_AGAIN', hostname: lookingUp });
  }
  const silent = tried.map((address) => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT', address }));
  return Object.assign(new errors.ConnectTimeoutError(), { cause: new AggregateError(silent) });
}
