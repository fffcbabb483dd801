// What the pool knows of a connection, whatever protocol it speaks, and what it is told by it. The
// pool picks; a carrier carries.
//
// Invariants: `assigned` is the pool's to raise and lower; a carrier that calls `freed` for an exchange has
// forgotten it, and calls it once for each exchange that it was given, before the exchange's last callback.

import type { Bagged } from '../../concurrency/containers/bag.ts';
import type { Listed } from '../connection-list.ts';
import type { DialTimes } from '../exchange-times.ts';
import type { WireExchange } from './wire-exchange.ts';

/** One connection. */
export interface Carrier extends Listed<Carrier>, Bagged {
  /** Exchanges given to it that have not been given back. */
  assigned: number;
  /** Since when it is idle, on the pool's clock; the pool's to write. */
  idleSinceMs: number;
  /** How many it may be given at once; 0: no more, for whatever reason. */
  readonly limit: number;
  /** Exchanges whose request began to leave on it. */
  readonly carried: number;
  /** What it took to make; the pool's to write. */
  dialTimes: DialTimes | null;
  /** Many exchanges at a time, independent of one another. */
  readonly multiplexed: boolean;
  /** Its limit will soon be known to be higher: no other connection need be opened meanwhile. */
  readonly isLearning: boolean;
  /** It may be idle for so long; 0: it may not be used again. */
  readonly keepMs: number;
  /**
   * Sends a request. What it cannot send it gives back, and fails, before it returns; else it calls back (`freed`, and the
   * exchange's methods) at any time after that.
   */
  start(exchange: WireExchange): void;
  /** Whether the process goes on for the sake of this connection. */
  keepProcess(goesOn: boolean): void;
  /** Frees the socket at once. What is in flight on it has ended already, or is ended by the caller. */
  destroy(): void;
}

/** Who is told what becomes of a connection: the pool. */
export interface CarrierOwner {
  /** An exchange has ended on it. `usable`: it is fit for another, as far as it knows. */
  freed(carrier: Carrier, usable: boolean): void;
  /** Its `limit` is another one, or it is no longer learning. */
  limitChanged(carrier: Carrier): void;
  /** Its socket is gone. It has freed what was in flight on it, and is used no more. */
  gone(carrier: Carrier): void;
  /** The server has not processed the request, and says so: it goes to another connection at no cost. It was freed before. */
  unprocessed(exchange: WireExchange, reason: Error): void;
}
