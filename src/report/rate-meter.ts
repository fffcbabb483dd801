// How many things happen per second, over the last few seconds: a ring of one counter per second.
// It must not look at a clock itself: who marks passes the time.
// Invariant: the ring holds the last `slots` seconds only; older counts are overwritten, never added to.

const slots = 6;
/** Shorter stretches than this would give absurd rates at the start. */
const leastWindowMs = 250;

/** Counts events per second. Times are monotonic milliseconds. */
export class RateMeter {
  readonly #startMs: number;
  readonly #counts = new Float64Array(slots);
  /** Which second a slot counts. */
  readonly #seconds = new Float64Array(slots).fill(-1);

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Something happened. */
  mark(nowMs: number): void {
    const second = Math.floor((nowMs - this.#startMs) / 1000);
    const slot = second % slots;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Events per second in the last five seconds and what has passed of the current one. */
  perSecond(nowMs: number): number {
    const sinceStartMs = nowMs - this.#startMs;
    const first = Math.max(0, Math.floor(sinceStartMs / 1000) - slots + 1);
    let count = 0;
    for (let slot = 0; slot < slots; slot++) {
      if ((this.#seconds[slot] ?? -1) >= first) count += this.#counts[slot] ?? 0;
    }
    return (count * 1000) / Math.max(leastWindowMs, sinceStartMs - first * 1000);
  }
}
