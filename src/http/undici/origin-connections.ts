// The connections to one origin (or to the proxy that forwards to many): picks the one that carries
// an exchange, opens new ones, drops those that are of no more use. The pick is O(1).
//
// Over TLS the first connection decides the protocol; exchanges that come meanwhile wait for it and
// open no sockets. If it cannot be made, those that waited for it fail with it.
// Invariant: a connection is in `#available` exactly if it can be given one more exchange.

import { ConnectionList } from '../connection-list.ts';
import type { Route } from './route.ts';
import { streamsPerConnection } from './route.ts';
import { UndiciConnection } from './undici-connection.ts';
import type { ConnectionOwner } from './undici-connection.ts';

/** What wants a connection. */
export interface PendingExchange {
  /** It must have a connection that has carried nothing, and may share it with others that begin there. */
  readonly fresh: boolean;
  /** It was cancelled meanwhile. */
  readonly done: boolean;
  goOn(connection: UndiciConnection, connections: OriginConnections): void;
  fail(error: unknown): void;
}

/** Connections beyond these are closed when they become idle. */
const maxIdle = 1_024;

export class OriginConnections implements ConnectionOwner {
  readonly counts: ConnectionOwner['counts'];
  readonly route: Route;
  readonly #forget: (connections: OriginConnections) => void;
  readonly #all = new Set<UndiciConnection>();
  readonly #available = new ConnectionList<UndiciConnection>();
  #protocol: Route['protocol'];
  #deciding: UndiciConnection | null = null;
  #waiting: PendingExchange[] = [];
  /** The one that was opened last for a fresh exchange. */
  #freshest: UndiciConnection | null = null;
  #sharesFresh = true;

  /** @param forget called when no connection is left, so that origins of long ago cost nothing. */
  constructor(route: Route, counts: ConnectionOwner['counts'], forget: (connections: OriginConnections) => void) {
    this.route = route;
    this.counts = counts;
    this.#forget = forget;
    this.#protocol = route.protocol;
  }

  /** Has an exchange carried, now or as soon as the protocol is known. */
  start(exchange: PendingExchange): void {
    if (this.#deciding !== null) {
      this.#waiting.push(exchange);
      return;
    }
    const connection = exchange.fresh ? this.#pickFresh() : (this.#available.top ?? this.#open());
    connection.assigned++;
    this.#list(connection);
    exchange.goOn(connection, this);
  }

  /** An exchange has ended. `keep`: its connection is fit for another. */
  ended(connection: UndiciConnection, keep: boolean): void {
    connection.assigned--;
    if (connection.retired) return;
    const idle = connection.assigned === 0;
    if (idle && (!connection.connected || (!keep && !connection.multiplexed))) {
      this.#drop(connection);
      return;
    }
    this.#list(connection);
    const oldest = this.#available.bottom;
    if (this.#available.size > maxIdle && oldest !== null && oldest.assigned === 0) this.#drop(oldest);
  }

  /** An exchange that was to have a fresh connection has failed on it. */
  freshFailed(): void {
    this.#sharesFresh = false;
  }

  opened(connection: UndiciConnection): void {
    this.#list(connection);
    if (this.#deciding !== connection) return;
    this.#deciding = null;
    this.#protocol = connection.multiplexed ? 'http2' : 'http1';
    for (const exchange of this.#takeWaiting()) this.start(exchange);
  }

  dialFailed(connection: UndiciConnection, error: Error): void {
    if (this.#deciding !== connection) return;
    this.#deciding = null;
    for (const exchange of this.#takeWaiting()) exchange.fail(error);
  }

  disconnected(connection: UndiciConnection): void {
    if (connection.assigned === 0) this.#drop(connection);
  }

  /** Closes what carries nothing. */
  closeIdle(): void {
    for (const connection of this.#all) if (connection.assigned === 0) this.#drop(connection);
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    const ending = [...this.#all].map((connection) => connection.destroy());
    this.#all.clear();
    await Promise.all(ending);
  }

  /**
   * What a lost HTTP/2 connection carried begins anew at the same time: it shares one, not one each. Unless
   * that one was lost too: a server that closes after each answer is to be met with a connection each.
   */
  #pickFresh(): UndiciConnection {
    const last = this.#freshest;
    if (this.#sharesFresh && last !== null && last.listed && last.multiplexed && last.carried === 0) return last;
    this.#freshest = this.#open();
    return this.#freshest;
  }

  #open(): UndiciConnection {
    const connection = new UndiciConnection(this, this.route, this.#protocol !== 'http1');
    this.#all.add(connection);
    if (this.#protocol === 'ask') this.#deciding = connection;
    if (this.#protocol === 'http2') {
      connection.multiplexed = true;
      connection.limit = streamsPerConnection;
    }
    return connection;
  }

  #list(connection: UndiciConnection): void {
    if (connection.assigned < connection.limit) this.#available.push(connection);
    else this.#available.remove(connection);
  }

  #drop(connection: UndiciConnection): void {
    this.#available.remove(connection);
    this.#all.delete(connection);
    if (this.#freshest === connection) this.#freshest = null;
    void connection.destroy();
    if (this.#deciding === connection) {
      // Its exchange was cancelled. The next of those that wait takes its place.
      this.#deciding = null;
      for (const exchange of this.#takeWaiting()) this.start(exchange);
    }
    if (this.#all.size === 0) this.#forget(this);
  }

  #takeWaiting(): PendingExchange[] {
    const waiting = this.#waiting.filter((exchange) => !exchange.done);
    this.#waiting = [];
    return waiting;
  }
}
