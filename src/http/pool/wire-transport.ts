// Our own transport: HTTP/1.1 on sockets with a parser of our own, HTTP/2 on node:http2, straight to the
// origin. What it does not do (proxies) is undici's. Limits, timeouts of an attempt and retries are not its
// business.

import { Bag } from '../../concurrency/containers/bag.ts';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import { ManyfetchError } from '../../errors.ts';
import { createDialler } from '../dial/socket-dialler.ts';
import { H2Carrier } from '../h2/h2-carrier.ts';
import type { H2Settings } from '../h2/h2-carrier.ts';
import { RequestFields } from '../h2/request-fields.ts';
import { mapTransportError } from '../map-transport-error.ts';
import type { HttpRequest } from '../request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../transport.ts';
import type { TransportOptions } from '../transport-options.ts';
import { RequestHead } from '../wire/request-head.ts';
import { OriginPool } from './origin-pool.ts';
import { routeTo } from './route.ts';
import { WireExchange } from './wire-exchange.ts';
import type { ExchangeOwner } from './wire-exchange.ts';

/** How exactly phases and idle times are kept. */
const tickMs = 50;
/** Streams on one HTTP/2 connection, unless the server allows fewer. */
const maxStreams = 256;
/** A server that is silent for so long while it has requests is asked whether it is still there. */
const pingIntervalMs = 15_000;
/** Of all transports: descriptors are the process's, and what one has idle may be what another lacks. */
const allPools = new Set<OriginPool>();

/**
 * Makes a transport. Nothing is connected before the first request. `proxy` and `env` of the options have no
 * meaning here: it goes straight.
 * @throws UsageError `bad_option` for certificates that cannot be used.
 * @example
 * const transport = createWireTransport({ connectTimeoutMs: 5_000, http: 'auto' });
 */
export function createWireTransport(options: TransportOptions = {}): Transport {
  return new WireTransport(options);
}

class WireTransport implements Transport, ExchangeOwner {
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly #options: TransportOptions;
  readonly #parts;
  readonly #exchanges = new Bag<WireExchange>();
  readonly #pools = new Map<string, OriginPool>();
  readonly #counts = { open: 0, made: 0 };
  #closed = false;

  constructor(options: TransportOptions) {
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.clock = clock;
    this.wheel = new TimerWheel(clock, tickMs);
    this.headersTimeoutMs = options.headersTimeoutMs ?? 0;
    this.bodyTimeoutMs = options.bodyTimeoutMs ?? 0;
    this.#parts = {
      clock,
      wheel: this.wheel,
      counts: this.#counts,
      dialler: createDialler(options, this.wheel),
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      forget: (pool: OriginPool): void => {
        allPools.delete(pool);
        if (this.#pools.get(pool.origin) === pool) this.#pools.delete(pool.origin);
      },
    };
  }

  send(request: HttpRequest, handler: ResponseHandler, options?: SendOptions): Exchange {
    const exchange = new WireExchange(request, handler, options, this);
    this.#exchanges.add(exchange);
    try {
      if (this.#closed) exchange.fail(closedError());
      else (this.#pools.get(request.origin) ?? this.#poolOf(request.origin)).start(exchange);
    } catch (error) {
      exchange.fail(error);
    }
    exchange.sending = false;
    return exchange;
  }

  statistics(): TransportStatistics {
    return { inFlight: this.#exchanges.size, connections: this.#counts.open, connected: this.#counts.made };
  }

  close(): Promise<void> {
    this.#closed = true;
    const error = closedError();
    // First of all: what one that is failed gives back would be used for another that waits.
    for (const pool of this.#pools.values()) {
      allPools.delete(pool);
      pool.destroy();
    }
    this.#pools.clear();
    for (const exchange of this.#exchanges.toArray()) exchange.fail(error);
    return Promise.resolve();
  }

  over(exchange: WireExchange): void {
    this.#exchanges.delete(exchange);
  }

  abandon(exchange: WireExchange): void {
    this.#pools.get(exchange.request.origin)?.abandon(exchange);
  }

  report(exchange: WireExchange, error: unknown): void {
    const { answered, handler, headSeen, request, reused, sent } = exchange;
    const authority = this.#options.socketPath ?? authorityOf(request.origin);
    const mapped = mapTransportError(error, { authority, sent, answered, reused, headSeen });
    exchange.sent = mapped.sent;
    exchange.answered = mapped.answered;
    if (exchange.fresh) this.#pools.get(request.origin)?.freshFailed();
    if (mapped.code === 'local_limit') for (const pool of allPools) pool.closeIdle();
    handler.onError(mapped);
  }

  #poolOf(origin: string): OriginPool {
    const { keepAliveMs, keepAliveMaxMs, maxHeaderBytes, pipelining, http } = this.#options;
    const route = routeTo(origin, http);
    const { clock, wheel } = this.#parts;
    const http2: H2Settings = {
      origin: route.origin,
      fields: new RequestFields(route.origin),
      maxHeaderBytes: maxHeaderBytes ?? 64 * 1024,
      maxStreams,
      pingIntervalMs,
      wheel,
      clock,
    };
    const pool = new OriginPool(route, {
      ...this.#parts,
      http1: {
        requestHead: new RequestHead(route.origin),
        lastHead: { head: null },
        maxHeaderBytes: maxHeaderBytes ?? 64 * 1024,
        keepAliveMs: keepAliveMs ?? 4_000,
        keepAliveMaxMs: keepAliveMaxMs ?? 600_000,
        pipelining: pipelining ?? 1,
      },
      makeHttp2: (socket, owner) => new H2Carrier(socket, owner, http2),
    });
    this.#pools.set(origin, pool);
    allPools.add(pool);
    return pool;
  }
}

function closedError(): ManyfetchError {
  return new ManyfetchError('cancelled', 'the run was stopped while the request was in flight');
}

/** host:port, the port always. */
function authorityOf(origin: string): string {
  const url = URL.parse(origin);
  if (url === null) return origin;
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
