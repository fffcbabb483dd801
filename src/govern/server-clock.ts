// How long it is until a moment that a server named, by its own clock, of which the `Date` of its answers tells.
// `Date` has whole seconds: one answer is up to a second behind, and its way here comes on top. The best of many
// answers is hardly behind, if they came at different parts of the second; if not, some waits are made longer.
//
// Invariant: a moment is never held to be earlier than by our clock, or by the second that the answer names, if that can be true.

import { isOfOneClock, parseHttpDate } from '../http/retry-after.ts';

const secondMs = 1000;
/** Clocks drift: what was learned counts for so long, and for twice as long at most. */
const learnMs = 60_000;
/** Beside a longer wait a second does not matter. */
const longWaitMs = 10_000;
/** Answers from so much of the second tell where it begins. */
const enoughMs = 700;

interface Range {
  readonly least: number;
  readonly most: number;
}

const nothing: Range = { least: Infinity, most: -Infinity };

export class ServerClock {
  #dateText = '';
  #dateMs: number | null = null;
  /** How far `Date` was ahead of our clock: of this period, and of the one before. */
  #ahead: Range = nothing;
  #aheadBefore: Range = nothing;
  #periodEndsMs = -Infinity;

  /**
   * How long it is at most until a moment of the server's clock; 0 if it has passed.
   * @param date of the answer that names it; empty: it has none, and ours is all there is, as beside one that cannot be true
   * @param wallNowMs our clock, when it came
   */
  waitMs(momentMs: number, date: string, wallNowMs: number): number {
    const dateMs = this.#parse(date);
    if (dateMs === null || !isOfOneClock(dateMs, momentMs, wallNowMs)) return Math.max(0, momentMs - wallNowMs);
    this.#learn(dateMs - wallNowMs, wallNowMs);
    const most = Math.max(this.#ahead.most, this.#aheadBefore.most);
    const waitMs = momentMs - Math.min(wallNowMs, wallNowMs + most, dateMs + secondMs - 1);
    if (waitMs <= 0) return 0;
    // Who comes back at the same part of each second never learns where it begins. It does so in the part that is
    // just before the best: the middle of what no answer came from is tried, a second later.
    const seenMs = most - Math.min(this.#ahead.least, this.#aheadBefore.least);
    return waitMs < longWaitMs && seenMs < enoughMs ? waitMs + (secondMs + seenMs) / 2 : waitMs;
  }

  #parse(date: string): number | null {
    if (date !== this.#dateText) {
      this.#dateText = date;
      this.#dateMs = parseHttpDate(date);
    }
    return this.#dateMs;
  }

  #learn(aheadMs: number, wallNowMs: number): void {
    const wasSetBack = wallNowMs < this.#periodEndsMs - learnMs;
    if (wallNowMs >= this.#periodEndsMs || wasSetBack) {
      const isNext = !wasSetBack && wallNowMs < this.#periodEndsMs + learnMs;
      this.#aheadBefore = isNext ? this.#ahead : nothing;
      this.#ahead = nothing;
      this.#periodEndsMs = wallNowMs + learnMs;
    }
    const { least, most } = this.#ahead;
    if (aheadMs < least || aheadMs > most) {
      this.#ahead = { least: Math.min(least, aheadMs), most: Math.max(most, aheadMs) };
    }
  }
}
