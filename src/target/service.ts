// What every route may know of the service that it belongs to. A contract without logic; `start-target.ts`
// keeps it, and no route may reach the server by another way.

import type { Socket } from 'node:net';

import type { Clock } from '../concurrency/clock.ts';
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
