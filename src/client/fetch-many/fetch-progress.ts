// How far a call of `fetchMany` is: counts results, and tells somebody every so often and once at the end.
// It counts what has gone through all callbacks, so that each item counts once, and as what it is in the end.

import type { Clock } from '../../concurrency/clock.ts';
import { RateMeter } from '../../report/rate-meter.ts';
import { Ticker } from './ticker.ts';

/** A call of `fetchMany` at one moment. */
export interface FetchProgress {
  /** Items that have a result. */
  readonly done: number;
  /** Those of them that are ok, and those that are not. */
  readonly ok: number;
  readonly failed: number;
  /** Requests in flight now. */
  readonly inFlight: number;
  /** Since the first result was asked for. */
  readonly elapsedMs: number;
  /** Results per second, in the last five seconds. */
  readonly ratePerSecond: number;
}

export interface ProgressTellerParts {
  readonly tell: (progress: FetchProgress) => void;
  readonly everyMs: number;
  readonly inFlight: () => number;
  readonly clock: Clock;
  /** `tell` threw. It is told nothing more. */
  readonly onFailure: (error: unknown) => void;
}

export class ProgressTeller {
  readonly #parts: ProgressTellerParts;
  readonly #startMs: number;
  readonly #meter: RateMeter;
  readonly #ticker: Ticker;
  #ok = 0;
  #failed = 0;
  #ended = false;

  constructor(parts: ProgressTellerParts) {
    this.#parts = parts;
    this.#startMs = parts.clock.now();
    this.#meter = new RateMeter(this.#startMs);
    this.#ticker = new Ticker(parts.everyMs, () => this.#tell(), parts.clock);
  }

  count(isOk: boolean): void {
    if (isOk) this.#ok++;
    else this.#failed++;
    this.#meter.mark(this.#parts.clock.now());
  }

  /** Tells for the last time. */
  end(): void {
    if (this.#ended) return;
    this.#stop();
    this.#tell();
  }

  #stop(): void {
    this.#ended = true;
    this.#ticker.end();
  }

  #tell(): void {
    const { clock, inFlight, onFailure, tell } = this.#parts;
    const nowMs = clock.now();
    try {
      tell({
        done: this.#ok + this.#failed,
        ok: this.#ok,
        failed: this.#failed,
        inFlight: inFlight(),
        elapsedMs: nowMs - this.#startMs,
        ratePerSecond: this.#meter.perSecond(nowMs),
      });
    } catch (error) {
      this.#stop();
      onFailure(error);
    }
  }
}
