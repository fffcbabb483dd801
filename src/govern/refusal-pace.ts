// Keeps the requests of an origin apart that refuses even one at a time: it limits a rate of which it says
// nothing, or nothing that can be read. Refusals in a row are met with longer and longer pauses, for the
// window that is used up to pass. What remains is a distance between requests: that of its answers of
// late, a little longer after each refusal, and shorter with each answer, the later the more (as CUBIC,
// RFC 9438, grows after a loss).
//
// Invariant: a refusal of what began before the last one changes nothing; without refusals the distance
// is gone after some hundred answers.

/** So many refusals in a row begin it: one may have another reason. */
const enoughRefusals = 3;
/** The first refusal after an answer makes the distance so many times as long. */
const growth = 1.15;
/** Each further one makes the pause so many times as long. */
const pauseGrowth = 1.3;
const leastMs = 1;
const mostMs = 5_000;
/** The distance after refusals in a row is at least this share of that between answers of late. */
const shareOfAnswers = 0.9;
/** What is late: so much time back its weight is a third. */
const lateMs = 60_000;
/** Answers so close together count as of one moment. */
const momentMs = 1;
/** The first answer after a refusal takes so much of the distance, and each further one so many times as much. */
const firstShrink = 0.001;
const shrinkGrowth = 1.05;
const mostShrink = 0.3;

export class RefusalPace {
  #distanceMs = 0;
  #pauseMs = 0;
  #shrink = firstShrink;
  #inRow = 0;
  #refusedMs = -Infinity;
  #nextMs = -Infinity;
  /** Answers, each with the weight that time had left of it by then. */
  #answers = 0;
  #sinceMs = 0;
  #answeredMs = 0;

  /** How long to wait before the next request; 0: not at all. */
  waitMs(nowMs: number): number {
    return this.#distanceMs === 0 ? 0 : Math.max(0, this.#nextMs - nowMs);
  }

  /** One is sent now. */
  take(nowMs: number): void {
    if (this.#distanceMs > 0) this.#nextMs = nowMs + Math.max(this.#distanceMs, this.#pauseMs);
  }

  /** An attempt was refused (429) without a word on when to come back, though no more than one may be in flight. `ms`: what it took. */
  refused(ms: number, nowMs: number): void {
    this.#inRow++;
    if (this.#distanceMs === 0 && this.#inRow < enoughRefusals) return;
    if (nowMs - ms < this.#refusedMs) return;
    this.#refusedMs = nowMs;
    const isFirst = this.#distanceMs === 0 || this.#pauseMs === 0;
    if (isFirst) this.#distanceMs = Math.min(mostMs, Math.max(leastMs, ms, this.#distanceMs) * growth);
    this.#pauseMs = isFirst ? this.#distanceMs : Math.min(mostMs, this.#pauseMs * pauseGrowth);
    this.#nextMs = nowMs + this.#pauseMs;
    this.#shrink = firstShrink;
  }

  /** An attempt was answered. */
  answered(nowMs: number): void {
    this.#inRow = 0;
    if (this.#answers === 0) this.#sinceMs = nowMs;
    if (nowMs - this.#answeredMs >= momentMs) {
      this.#answers *= Math.exp((this.#answeredMs - nowMs) / lateMs);
      this.#answeredMs = nowMs;
    }
    this.#answers++;
    if (this.#distanceMs === 0) return;
    if (this.#pauseMs > 0) {
      this.#pauseMs = 0;
      this.#distanceMs = Math.min(mostMs, Math.max(this.#distanceMs, shareOfAnswers * this.#betweenAnswersMs(nowMs)));
      return;
    }
    this.#distanceMs *= 1 - this.#shrink;
    this.#shrink = Math.min(mostShrink, this.#shrink * shrinkGrowth);
    if (this.#distanceMs < leastMs / 2) this.#distanceMs = 0;
  }

  /** Whether nothing is kept apart, or was so long ago that it may be tried anew. */
  isIdle(nowMs: number): boolean {
    return this.#distanceMs === 0 || nowMs - this.#refusedMs > lateMs;
  }

  /** For displays; 0: requests are not kept apart. */
  get distanceMs(): number {
    return this.#distanceMs;
  }

  /** The mean distance of answers of late, with the pauses between them. */
  #betweenAnswersMs(nowMs: number): number {
    const spanMs = lateMs * (1 - Math.exp((this.#sinceMs - nowMs) / lateMs));
    return spanMs / Math.max(1, this.#answers - 1);
  }
}
