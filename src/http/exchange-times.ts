// When what became of one exchange: moments on the clock of its transport. They are kept for those that ask
// (`SendOptions.timed`) and cost the others nothing; what a connection took to make is kept with the connection.
//
// Invariant: moments never go back, in the order of their names below; one that is null has not been reached.

import type { Clock } from '../concurrency/clock.ts';

/** What making a connection took, step by step, in milliseconds. Null: there was no such step. */
export interface DialTimes {
  /** Finding the addresses; short if they were known already. Null for an address, which needs no finding. */
  readonly dnsMs: number | null;
  /** From there until the socket was connected. Through a proxy: to the proxy. */
  readonly connectMs: number | null;
  /** The TLS handshake. */
  readonly tlsMs: number | null;
}

/** Moments of one exchange (`…Ms` on the transport's clock), and what its connection took if it was the first there. */
export interface ExchangeTimes extends DialTimes {
  /** `send` was called. */
  readonly askedMs: number;
  /** It was given a connection. */
  readonly assignedMs: number | null;
  /** The last byte of its request was handed to the system. undici does not tell. */
  readonly sentMs: number | null;
  /** The head of its answer was there. */
  readonly headMs: number | null;
  /** It ended, however that was. */
  readonly endMs: number | null;
}

/** Takes the times of one exchange. */
export class Stopwatch implements ExchangeTimes {
  readonly askedMs: number;
  assignedMs: number | null = null;
  dnsMs: number | null = null;
  connectMs: number | null = null;
  tlsMs: number | null = null;
  sentMs: number | null = null;
  headMs: number | null = null;
  endMs: number | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.askedMs = clock.now();
  }

  /** @param dial what its connection took to make; null: an earlier exchange waited for that, not this one */
  assigned(dial: DialTimes | null): void {
    this.assignedMs = this.#clock.now();
    this.dnsMs = dial?.dnsMs ?? null;
    this.connectMs = dial?.connectMs ?? null;
    this.tlsMs = dial?.tlsMs ?? null;
  }

  sent(): void {
    this.sentMs = this.#clock.now();
  }

  headCame(): void {
    this.headMs = this.#clock.now();
  }

  ended(): void {
    this.endMs = this.#clock.now();
  }

  /** It was given back unprocessed, and waits for another connection. */
  takeBack(): void {
    this.assignedMs = null;
    this.sentMs = null;
  }
}
