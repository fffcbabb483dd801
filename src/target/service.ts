// What every route may know of the service it belongs to, and what a route is. Plain contracts, no logic.

import type { Socket } from 'node:net';

import type { Clock } from '../concurrency/clock.ts';
import type { Call } from './call.ts';
import type { Counters } from './counters.ts';

/** The service, as its routes see it. */
export interface Service {
  readonly clock: Clock;
  /** Of everything that is random: the same seed gives the same answers, as far as the order of requests allows. */
  readonly seed: number;
  readonly counters: Counters;
  /** The TCP socket below a socket of a request: with TLS another one. */
  rawSocket(socket: Socket): Socket;
  /** Forgets counts, rates and the state of everything random. */
  reset(): void;
}

/** One kind of path. */
export interface Route {
  /** As users write it, e.g. `/delay/{seconds}`; its first segment leads here. */
  readonly path: string;
  /** What it does, for the list that `/` shows. */
  readonly about: string;
  /** The handler wants `call.body`; otherwise the body is read and thrown away. */
  readonly keepsBody?: boolean;
  /** Called when the request has been read to its end. */
  handle(call: Call): void;
}
