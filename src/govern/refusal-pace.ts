// Keeps the requests of an origin apart that refuses even one at a time: it limits a rate of which it says
// nothing, or nothing that can be read. The distance grows with each refusal. Answers make it shrink, the
// first ones by little and later ones by ever more (as CUBIC, RFC 9438, grows after a loss).
//
// Invariant: a refusal of what began before the last change causes no other; without refusals the
// distance is gone after a hundred answers.

/** So many refusals in a row begin it: one may have another reason. */
const enoughRefusals = 3;
/** A refusal makes the distance so many times as long, one that follows another. */
const growth = 1.2;
const growthInRow = 1.6;
const leastMs = 1;
const mostMs = 5_000;
/** The first answer after a refusal takes so much of the distance, and each further one so many times as much. */
const firstShrink = 0.001;
const shrinkGrowth = 1.1;
const mostShrink = 0.3;

export class RefusalPace {
  #distanceMs = 0;
  #shrink = firstShrink;
  #inRow = 0;
  #changedMs = -Infinity;
  #nextMs = -Infinity;

  /** How long to wait before the next request; 0: not at all. */
  waitMs(nowMs: number): number {
    return this.#distanceMs === 0 ? 0 : Math.max(0, this.#nextMs - nowMs);
  }

  /** One is sent now. */
  take(nowMs: number): void {
    this.#nextMs = nowMs + this.#distanceMs;
  }

  /** An attempt was refused (429) without a word on when to come back, though no more than one may be in flight. `ms`: what it took. */
  refused(ms: number, nowMs: number): void {
    this.#inRow++;
    if (this.#distanceMs === 0 && this.#inRow < enoughRefusals) return;
    if (nowMs - ms < this.#changedMs) return;
    this.#changedMs = nowMs;
    const times = this.#inRow > 1 ? growthInRow : growth;
    this.#distanceMs = Math.min(mostMs, Math.max(leastMs, ms, this.#distanceMs) * times);
    this.#nextMs = nowMs + this.#distanceMs;
    this.#shrink = firstShrink;
  }

  /** An attempt was answered. */
  answered(): void {
    this.#inRow = 0;
    if (this.#distanceMs === 0) return;
    this.#distanceMs *= 1 - this.#shrink;
    this.#shrink = Math.min(mostShrink, this.#shrink * shrinkGrowth);
    if (this.#distanceMs < leastMs / 2) this.#distanceMs = 0;
  }

  /** For displays; 0: requests are not kept apart. */
  get distanceMs(): number {
    return this.#distanceMs;
  }
}
