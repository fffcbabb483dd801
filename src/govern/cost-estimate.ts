// What a request will probably cost, when only its answer tells: the mean of what others cost. Until the first
// answer it is 1; what was taken too little then is made up for by the correction.

/** The newest answers count as much as the first hundred did, so that the mean follows what changes. */
const mostWeight = 100;
/** One that is absurd must not decide what is taken for all that follow. */
const mostTimes = 10;

export class CostEstimate {
  #mean = 1;
  #seen = 0;

  /** What to take for a request whose cost is not known. */
  get value(): number {
    return this.#mean;
  }

  /** An answer told what its request cost. */
  learn(cost: number): void {
    this.#seen = Math.min(this.#seen + 1, mostWeight);
    const likely = this.#seen === 1 ? cost : Math.min(cost, mostTimes * Math.max(1, this.#mean));
    this.#mean += (likely - this.#mean) / this.#seen;
  }
}
