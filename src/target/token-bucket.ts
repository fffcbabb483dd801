// A rate that may not be exceeded: tokens come at a constant rate up to a maximum, each request takes
// one or more. It knows no clock and no HTTP: the caller says what time it is.

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

  /** Takes tokens and gives 0, or takes none and gives the milliseconds until there are enough. */
  take(nowMs: number, tokens = 1): number {
    this.#fill(nowMs);
    if (this.#tokens < tokens) return (tokens - this.#tokens) / this.#perMs;
    this.#tokens -= tokens;
    return 0;
  }

  /** Whole tokens that are there. */
  remaining(nowMs: number): number {
    this.#fill(nowMs);
    return Math.floor(this.#tokens);
  }

  /** Milliseconds until it is full again if nothing is taken. */
  fullInMs(nowMs: number): number {
    this.#fill(nowMs);
    return (this.#maximum - this.#tokens) / this.#perMs;
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#maximum, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
