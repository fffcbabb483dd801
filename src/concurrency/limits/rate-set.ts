// Several rates that hold at the same time: `10/s` and `500/m`, requests and what they cost. What passes
// passes all of them. It knows no clock, and makes nothing while it is asked.

import { Pacer } from './pacer.ts';
import type { Rate } from './pacer.ts';

interface PacedRate {
  readonly rate: Rate;
  readonly pacer: Pacer;
}

export class RateSet {
  #paced: readonly PacedRate[] = [];
  /** The rate that the last wait was for; null if nothing had to wait. */
  binding: Rate | null = null;

  /** @param rates none: nothing ever waits */
  constructor(rates: readonly Rate[]) {
    this.replace(rates);
  }

  get rates(): readonly Rate[] {
    return this.#paced.map(({ rate }) => rate);
  }

  /** How long to wait before one request of this cost may pass: the longest wait of all rates; 0 if it may now. */
  waitMs(nowMs: number, cost = 1): number {
    let longestMs = 0;
    this.binding = null;
    for (const { rate, pacer } of this.#paced) {
      const waitMs = pacer.waitMs(nowMs, rate.unit === 'cost' ? cost : 1);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      this.binding = rate;
    }
    return longestMs;
  }

  /** One request of this cost passes now. */
  take(nowMs: number, cost = 1): void {
    for (const { rate, pacer } of this.#paced) pacer.take(nowMs, rate.unit === 'cost' ? cost : 1);
  }

  /** One request of cost 1 that passed at a time was not sent after all. */
  giveBack(nowMs: number, takenMs: number): void {
    for (const { pacer } of this.#paced) pacer.correct(nowMs, -1, takenMs);
  }

  /**
   * A request cost more than was taken for it, or less if `deltaCost` is negative.
   *
   * @param takenMs when it was taken; without it, what is given back is given to the oldest in the window
   */
  correct(nowMs: number, deltaCost: number, takenMs?: number): void {
    for (const { rate, pacer } of this.#paced) {
      if (rate.unit === 'cost') pacer.correct(nowMs, deltaCost, takenMs);
    }
  }

  /** Whether all that passed has left the windows, so that nothing is lost with this set. */
  isIdle(nowMs: number): boolean {
    return this.#paced.every(({ pacer }) => pacer.isIdle(nowMs));
  }

  /** Other rates from now on. Those that stay the same go on where they are; the others begin anew. */
  replace(rates: readonly Rate[]): void {
    const before = [...this.#paced];
    this.#paced = rates.map((rate) => {
      const at = before.findIndex((old) => isSame(old.rate, rate));
      return { rate, pacer: before.splice(at, at < 0 ? 0 : 1)[0]?.pacer ?? new Pacer(rate) };
    });
    this.binding = null;
  }
}

function isSame(a: Rate, b: Rate): boolean {
  return a.count === b.count && a.perMs === b.perMs && a.unit === b.unit;
}
