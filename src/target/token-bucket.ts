// A rate that may not be exceeded: tokens come at a constant rate up to a maximum, each request takes
// one. It knows no clock and no HTTP: the caller says what time it is.

export class TokenBucket {
  readonly #perMs: number;
  readonly #maximum: number;
  #tokens: number;
  #atMs: number;

  /** Begins full. */
  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#maximum = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes a token and gives 0, or takes none and gives the milliseconds until there is one. */
  take(nowMs: number): number {
    this.#tokens = Math.min(this.#maximum, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#perMs;
    this.#tokens--;
    return 0;
  }
}
