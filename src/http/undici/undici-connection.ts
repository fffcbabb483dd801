// One connection: a client of undici, the socket it has at present, and the counts that say whether
// it can carry one more exchange. Decides nothing; `OriginConnections` does.
//
// Invariant: `carried` counts the exchanges whose request began to leave on the present socket.

import type { Client, Dispatcher, buildConnector } from 'undici';
import type { Socket } from 'node:net';
import { ManyfetchError } from '../../errors.ts';
import type { AbortDial } from '../dial/dialler.ts';
import type { DialTimes } from '../exchange-times.ts';
import type { Listed } from '../connection-list.ts';
import { loadUndici } from './load-undici.ts';
import { callbackOf } from './proxy-dial.ts';
import { streamsPerConnection } from './route.ts';
import type { Route } from './route.ts';

/** Who is told what becomes of a connection. */
export interface ConnectionOwner {
  /** It has a socket now, and may carry `limit` exchanges. */
  opened(connection: UndiciConnection): void;
  /** It could not get a socket. Its own exchanges learn of it by themselves. */
  dialFailed(connection: UndiciConnection, error: Error): void;
  /** Its socket is gone. */
  disconnected(connection: UndiciConnection): void;
  /** Open sockets, for all connections of a transport. */
  readonly counts: { open: number; made: number };
}

export class UndiciConnection implements Listed<UndiciConnection> {
  listed = false;
  above: UndiciConnection | null = null;
  below: UndiciConnection | null = null;

  /** Exchanges given to it that have not ended. */
  assigned = 0;
  /** Those of them whose request began to leave. */
  running = 0;
  carried = 0;
  /** Exchanges that it may be given. */
  limit = 1;
  connected = false;
  /** Carries, or will carry, many exchanges at a time. */
  multiplexed = false;
  /** What its present socket took to make. */
  dialTimes: DialTimes | null = null;
  /** Given up by its owner. */
  retired = false;

  readonly #owner: ConnectionOwner;
  readonly #route: Route;
  readonly #http2: boolean;
  readonly #client: Client;
  #abortDial: AbortDial | null = null;
  #socket: Socket | null = null;

  constructor(owner: ConnectionOwner, route: Route, http2: boolean) {
    this.#owner = owner;
    this.#route = route;
    this.#http2 = http2;
    const undici = loadUndici();
    this.#client = new undici.Client(route.clientUrl, {
      ...route.clientOptions,
      allowH2: http2,
      connect: (_options, callback) => this.#dial(callback),
    });
    this.#client.on('disconnect', () => {
      this.connected = false;
      this.carried = 0;
      if (!this.retired) owner.disconnected(this);
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /**
   * Learns how many streams the server allows. Called when an answer comes: by then the server's
   * settings have, and what undici still holds back is what the server does not allow.
   */
  learnLimit(): void {
    if (this.multiplexed && this.assigned > this.running && this.running > 0) this.limit = this.running;
  }

  /** Ends everything on it and frees the socket, also one that is still connecting. */
  destroy(): Promise<void> {
    this.retired = true;
    const destroyed = this.#client.destroy();
    this.#abortDial?.();
    // One that said GOAWAY is no longer the client's, and would stay open as long as the server likes.
    this.#socket?.destroy();
    return destroyed;
  }

  #dial(callback: buildConnector.Callback): void {
    this.#abortDial = this.#route.dial(this.#http2, (error, socket, times) => {
      this.#abortDial = null;
      this.dialTimes = times ?? null;
      if (error !== null || socket === null) this.#failed(error ?? new Error('no socket'), callback);
      else this.#made(socket, callback);
    });
  }

  #made(socket: Socket, callback: buildConnector.Callback): void {
    // Without TLS there is nothing to negotiate: HTTP/2 is prior knowledge, told to undici in this way.
    if (this.#http2 && !('encrypted' in socket)) Object.assign(socket, { alpnProtocol: 'h2' });
    this.multiplexed = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    if (this.#route.insists && !this.multiplexed) {
      socket.destroy();
      const hint = 'Use --http auto.';
      const error = new ManyfetchError('protocol_error', `${this.#route.key} does not speak HTTP/2`, { hint });
      this.#failed(error, callback);
      return;
    }
    const { counts } = this.#owner;
    counts.open++;
    counts.made++;
    socket.once('close', () => counts.open--);
    this.#socket = socket;
    this.connected = true;
    this.carried = 0;
    this.limit = this.multiplexed ? streamsPerConnection : 1;
    callbackOf(callback, null, socket);
    if (!this.retired) this.#owner.opened(this);
  }

  #failed(error: Error, callback: buildConnector.Callback): void {
    if (!this.retired) this.#owner.dialFailed(this, error);
    callbackOf(callback, error, null);
  }
}
