// What share of what is sent may be retries, so that they never double the load on a server that
// struggles. A retry that may not go waits; it never fails for that. It knows one origin.
//
// Invariant: for any history, retries <= successes + 100 + 10 for each second.

const perMs = 10 / 1000;
/** What was earned fades in this time, so that an hour without trouble does not pay for a storm. */
const fadeMs = 10_000;
/** What there is to begin with, and what the 10/s come to if nothing is taken. */
const reserve = perMs * fadeMs;
/** Rounding must not keep back what is due. */
const one = 1 - 1e-9;

/**
 * After Finagle's RetryBudget (a share of the requests of the last 10 s, and a reserve of 10/s), the retry
 * quota of the AWS SDKs (500 tokens; a retry costs 5, a success gives 1) and the 10% of Google's "Site
 * Reliability Engineering", chapter 21. The share is larger here: those clients open as many requests as
 * they are asked for, so that each retry is load on top. Ours are bounded already by what may be in
 * flight; the budget only bounds what share of that is retries: no more than succeed. With a smaller share,
 * records of a service that fails a third of its requests would wait for nothing but the budget.
 */
export class RetryBudget {
  #tokens = reserve;
  /** Earned since the last update, when it is counted as though it had come evenly. */
  #earned = 0;
  #updatedMs = -Infinity;

  /** An attempt succeeded. */
  succeeded(): void {
    this.#earned++;
  }

  /** 0: a retry may go now. Else the time until one may, in whole milliseconds; never `Infinity`. */
  waitMs(nowMs: number): number {
    this.#update(nowMs);
    if (this.#tokens >= one) return 0;
    // The tokens approach the reserve exponentially.
    return Math.ceil(fadeMs * Math.log((reserve - this.#tokens) / (reserve - 1)));
  }

  /** Whether nothing that was taken is missing: a new budget gives no more than this one. */
  isFull(nowMs: number): boolean {
    this.#update(nowMs);
    return this.#tokens > reserve - one;
  }

  /** A retry goes. One that is a probe of an outage, or whose attempt cost nothing, does not take. */
  take(nowMs: number): void {
    this.#update(nowMs);
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  /** Solves tokens' = 10/s + earned/s - tokens / 10 s over the time since the last update. */
  #update(nowMs: number): void {
    const elapsedMs = nowMs - this.#updatedMs;
    if (elapsedMs > 0) {
      const left = Math.exp(-elapsedMs / fadeMs);
      const earned = (this.#earned * (1 - left) * fadeMs) / elapsedMs;
      this.#tokens = reserve + (this.#tokens - reserve) * left + earned;
    } else {
      this.#tokens += this.#earned;
    }
    this.#earned = 0;
    this.#updatedMs = Math.max(this.#updatedMs, nowMs);
  }
}
