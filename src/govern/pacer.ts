// Keeps a rate: so many in a time, spaced evenly, with no burst at the start of a window. It is the
// generic cell rate algorithm (ITU-T I.371) with a tolerance of a few milliseconds, which makes up for
// timers that fire late: in any window of length T at most rate * (T + tolerance) + 1 pass.

/** So many in so many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Below this interval timers cannot tell two moments apart, and lateness is made up for. */
const shortIntervalMs = 100;
const toleranceMs = 5;

export class Pacer {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  /** When the next one would come if all came on time. */
  #nextMs = -Infinity;

  constructor(rate: Rate) {
    this.#intervalMs = rate.perMs / rate.count;
    this.#toleranceMs = this.#intervalMs < shortIntervalMs ? toleranceMs : 0;
  }

  /** How long to wait before one may pass; 0 if it may now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - this.#toleranceMs - nowMs);
  }

  /** One passes now. */
  take(nowMs: number): void {
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#intervalMs;
  }
}
