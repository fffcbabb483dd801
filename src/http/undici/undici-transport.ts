// Sends requests with undici: HTTP/1.1 with one exchange at a time on a connection, HTTP/2 with many.
// Keeps the connections of each origin; limits, timeouts of an exchange and retries are not its business.

import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { ManyfetchError } from '../../errors.ts';
import { OriginConnections } from './origin-connections.ts';
import { Bag } from '../../concurrency/containers/bag.ts';
import type { HttpRequest } from '../request.ts';
import { routes } from './route.ts';
import type { Route } from './route.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../transport.ts';
import type { TransportOptions } from '../transport-options.ts';
import { UndiciExchange } from './undici-exchange.ts';
import type { ExchangeOwner } from './undici-exchange.ts';

/**
 * Makes a transport. Nothing is connected before the first request.
 * @throws UsageError `bad_option` for a proxy or certificates that cannot be used.
 * @example
 * const transport = createUndiciTransport({ connectTimeoutMs: 5_000, http: 'auto' });
 */
export function createUndiciTransport(options: TransportOptions = {}): Transport {
  return new UndiciTransport(options);
}

class UndiciTransport implements Transport, ExchangeOwner {
  readonly exchanges = new Bag<UndiciExchange>();
  readonly clock: Clock;
  readonly #routeTo: (origin: string) => Route;
  readonly #connections = new Map<string, OriginConnections>();
  readonly #counts = { open: 0, made: 0 };
  readonly #forget = (connections: OriginConnections): void => {
    if (this.#connections.get(connections.route.key) === connections) this.#connections.delete(connections.route.key);
  };
  #closed = false;

  constructor(options: TransportOptions) {
    this.clock = options.clock ?? systemClock;
    this.#routeTo = routes(options);
  }

  send(request: HttpRequest, handler: ResponseHandler, options?: SendOptions): Exchange {
    const exchange = new UndiciExchange(request, handler, options, this);
    try {
      if (this.#closed) exchange.fail(closedError());
      else (this.#connections.get(request.origin) ?? this.#connectionsTo(request.origin)).start(exchange);
    } catch (error) {
      exchange.fail(error);
    }
    exchange.returned();
    return exchange;
  }

  statistics(): TransportStatistics {
    return { inFlight: this.exchanges.size, connections: this.#counts.open, connected: this.#counts.made };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const ending = [...this.#connections.values()].map((connections) => connections.destroy());
    this.#connections.clear();
    for (const exchange of this.exchanges.toArray()) exchange.fail(closedError());
    await Promise.all(ending);
  }

  relieve(): void {
    for (const connections of this.#connections.values()) connections.closeIdle();
  }

  /** Those of an origin, or of the proxy that forwards to it. */
  #connectionsTo(origin: string): OriginConnections {
    const route = this.#routeTo(origin);
    let connections = this.#connections.get(route.key);
    if (connections === undefined) {
      connections = new OriginConnections(route, this.#counts, this.#forget);
      this.#connections.set(route.key, connections);
    }
    return connections;
  }
}

function closedError(): ManyfetchError {
  return new ManyfetchError('cancelled', 'the run was stopped while the request was in flight');
}
