// Decides when a request may be in flight. One governor serves a run, one gate an origin. A gate is
// asked and answers at once, with a permit or with how long to wait: check and booking are one step.
// Whoever took a permit gives it back exactly once, with what the attempt told about the server;
// the governor learns there and only there. It knows no request, record or retry.

import type { Clock } from '../concurrency/clock.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { Pacer } from './pacer.ts';
import type { Rate } from './pacer.ts';

/** Limits of a run. */
export interface GovernorOptions {
  /** Requests in flight at most, over all origins. */
  readonly concurrency: number;
  /** Requests in flight at most, for each origin. */
  readonly perOrigin: number | null;
  /** For each origin. */
  readonly rate: Rate | null;
  readonly clock: Clock;
}

/** Why a gate lets nothing pass for a while. */
export type WaitReason = 'rate' | 'retry-after';

/** No time can be told: a permit must be given back first. */
export const untilRelease = Infinity;

/** Limits of one origin. */
export interface Gate {
  readonly origin: string;
  /** 0: a permit was taken. Else nothing was, and it is how long to wait in milliseconds, or `untilRelease`. */
  tryTake(nowMs: number): number;
  /** Why the last `tryTake` gave a time to wait. */
  readonly waitReason: WaitReason;
  /** Gives a permit back, with what the attempt told. */
  release(end: AttemptEnd): void;
  /** Lets nothing pass before then: the server asked for it. An earlier time than one that holds changes nothing. */
  pause(untilMs: number): void;
  readonly inFlight: number;
}

/** Counts for displays and tests. */
export interface GovernorStatistics {
  readonly limit: number;
  readonly inFlight: number;
  readonly origins: number;
}

export class Governor {
  readonly #options: GovernorOptions;
  readonly #gates = new Map<string, OriginGate>();
  #inFlight = 0;

  constructor(options: GovernorOptions) {
    this.#options = options;
  }

  /** The gate of an origin. */
  gate(origin: string): Gate {
    let gate = this.#gates.get(origin);
    if (gate === undefined) {
      gate = new OriginGate(origin, this, this.#options);
      this.#gates.set(origin, gate);
    }
    return gate;
  }

  /** Permits that could be had now, if gates were open. */
  get free(): number {
    return this.#options.concurrency - this.#inFlight;
  }

  statistics(): GovernorStatistics {
    return { limit: this.#options.concurrency, inFlight: this.#inFlight, origins: this.#gates.size };
  }

  /** For the gates of this file. */
  book(change: 1 | -1): void {
    this.#inFlight += change;
  }

  /** Forgets an origin whose gate has nothing to remember. Whoever holds the gate must let go of it. */
  forget(origin: string): boolean {
    const gate = this.#gates.get(origin);
    return gate !== undefined && gate.isIdle(this.#options.clock.now()) && this.#gates.delete(origin);
  }
}

class OriginGate implements Gate {
  readonly origin: string;
  inFlight = 0;
  waitReason: WaitReason = 'rate';
  readonly #governor: Governor;
  readonly #limit: number;
  readonly #pacer: Pacer | null;
  #pausedUntilMs = -Infinity;

  constructor(origin: string, governor: Governor, options: GovernorOptions) {
    this.origin = origin;
    this.#governor = governor;
    this.#limit = options.perOrigin ?? Infinity;
    this.#pacer = options.rate === null ? null : new Pacer(options.rate);
  }

  tryTake(nowMs: number): number {
    if (this.#governor.free <= 0 || this.inFlight >= this.#limit) return untilRelease;
    if (nowMs < this.#pausedUntilMs) {
      this.waitReason = 'retry-after';
      return this.#pausedUntilMs - nowMs;
    }
    if (this.#pacer !== null) {
      const waitMs = this.#pacer.waitMs(nowMs);
      if (waitMs > 0) {
        this.waitReason = 'rate';
        return waitMs;
      }
      this.#pacer.take(nowMs);
    }
    this.inFlight++;
    this.#governor.book(1);
    return 0;
  }

  release(_end: AttemptEnd): void {
    if (this.inFlight <= 0) throw new Error(`a permit of ${this.origin} was given back twice`);
    this.inFlight--;
    this.#governor.book(-1);
  }

  pause(untilMs: number): void {
    if (untilMs > this.#pausedUntilMs) this.#pausedUntilMs = untilMs;
  }

  isIdle(nowMs: number): boolean {
    return this.inFlight === 0 && nowMs >= this.#pausedUntilMs && (this.#pacer?.waitMs(nowMs) ?? 0) === 0;
  }
}
