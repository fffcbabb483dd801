// Keeps a rate exactly: in any window of its length (from a moment on, up to but without the moment one
// length later) no more than `count` units pass. What may pass is spread evenly, without a burst at the start, and
// time that nobody used is not saved up. It knows no clock: the caller says what time it is.
// Two rules hold together. Slots: after `cost` units the next may pass `cost` intervals later; whoever is late by what
// timers are late keeps the later slots (the generic cell rate algorithm, ITU-T I.371, with a tolerance of a few
// milliseconds). A sliding window of at most a thousand slices: what the tolerance lets through never adds up to more.

/** So many units in so many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
  /** What is counted: requests, or what each of them costs. */
  readonly unit: 'requests' | 'cost';
  /** As it was written, such as `90000/m:cost`. */
  readonly text: string;
}

/** Numbers that were seen in a run, for displays and tests. */
export interface PacerStatistics {
  /** Units in the window that ends now. */
  readonly used: number;
  /** Entries that the window is kept in. */
  readonly slices: number;
}

/** Lateness that is made up for: so much time a slot may lie behind. */
const makeUpMs = 10;
/** Whoever comes later than this was not kept by a timer or a busy event loop, but had nothing to send. */
const longestPauseMs = 50;
/** Units that pass within this share of the window are forgotten together, when the last of them may be. */
const slicesOfWindow = 1000;
/** No shorter wait is told: added to a time it might change nothing, and the caller would ask forever. */
const leastWaitMs = 0.001;
/** Sums of fractions are off by their last digits. */
const rounding = 1e-9;
const firstCapacity = 16;
/** A correction counts for so many windows at most. */
const mostWindows = 10;

export class Pacer {
  readonly #count: number;
  readonly #perMs: number;
  readonly #intervalMs: number;
  /** When the next unit would pass if all came on time. */
  #nextMs = -Infinity;
  /** So far it may lie behind, because what was taken cost less than thought: this time was paid for. */
  #paidMs = 0;

  /** A ring, oldest first: units, and when the last of them passed. Its length is a power of two. */
  #units = new Float64Array(firstCapacity);
  #lastMs = new Float64Array(firstCapacity);
  #head = 0;
  #length = 0;
  /** When the first unit of the newest entry passed. */
  #newestSinceMs = -Infinity;
  /** Sum of the ring. */
  #used = 0;

  constructor(rate: Pick<Rate, 'count' | 'perMs'>) {
    this.#count = rate.count;
    this.#perMs = rate.perMs;
    this.#intervalMs = rate.perMs / rate.count;
  }

  /**
   * How long to wait before `cost` units may pass; 0 if they may now. Ask again after that time: others may
   * have passed. A cost above `count` may pass when the window is empty, alone.
   */
  waitMs(nowMs: number, cost = 1): number {
    if (cost <= 0) return 0;
    this.#forget(nowMs);
    const slotMs = this.#nextMs - nowMs;
    const roomMs = this.#roomMs(nowMs, cost);
    return slotMs <= 0 && roomMs === 0 ? 0 : Math.max(slotMs, roomMs, leastWaitMs);
  }

  /** `cost` units pass now. */
  take(nowMs: number, cost = 1): void {
    if (cost <= 0) return;
    const inTimeMs = nowMs - this.#paidMs;
    const hadNothing = inTimeMs - this.#nextMs > longestPauseMs;
    const slotMs = hadNothing ? nowMs : Math.max(this.#nextMs, inTimeMs - makeUpMs);
    this.#nextMs = slotMs + cost * this.#intervalMs;
    if (this.#paidMs > 0) this.#paidMs = clamped(this.#paidMs, nowMs - this.#nextMs);
    this.#book(nowMs, cost);
  }

  /**
   * What was taken turned out to cost so much more, or less if it is negative. What is more counts from now on, up to
   * ten windows: an answer that names an absurd cost must not end everything.
   *
   * @param takenMs when it was taken. Without it, what is less is given back to the oldest units in the window,
   *   which is exact as long as the units it belongs to are still in it.
   */
  correct(nowMs: number, given: number, takenMs?: number): void {
    const delta = Math.min(given, mostWindows * this.#count);
    const backMs = -delta * this.#intervalMs;
    this.#nextMs -= backMs;
    const behindMs = nowMs - this.#nextMs;
    this.#paidMs = clamped(this.#paidMs + clamped(backMs, behindMs), Math.min(behindMs, this.#perMs));
    if (delta > 0) this.#book(nowMs, delta);
    else if (takenMs === undefined || nowMs - takenMs < this.#perMs) this.#giveBack(nowMs, -delta, takenMs);
  }

  /** Whether a new pacer would do the same: nothing that passed matters any more. */
  isIdle(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#length === 0 && this.#nextMs <= nowMs;
  }

  statistics(nowMs: number): PacerStatistics {
    this.#forget(nowMs);
    return { used: this.#used, slices: this.#length };
  }

  /** When the window will have room for `cost` units, if nothing else passes; 0 if it has. */
  #roomMs(nowMs: number, cost: number): number {
    let over = this.#used + cost - Math.max(this.#count, cost) - this.#count * rounding;
    let waitMs = 0;
    for (let i = 0; over > 0 && i < this.#length; i++) {
      const at = this.#at(i);
      over -= this.#units[at] ?? 0;
      // Not 0 although it is rounded: it is still in the window.
      waitMs = Math.max(leastWaitMs, (this.#lastMs[at] ?? 0) + this.#perMs - nowMs);
    }
    return waitMs;
  }

  #book(nowMs: number, units: number): void {
    this.#forget(nowMs);
    const isNew = this.#length === 0 || (nowMs - this.#newestSinceMs) * slicesOfWindow >= this.#perMs;
    if (isNew) {
      if (this.#length === this.#units.length) this.#grow();
      this.#length++;
      this.#newestSinceMs = nowMs;
    }
    const at = this.#at(this.#length - 1);
    this.#units[at] = isNew ? units : (this.#units[at] ?? 0) + units;
    this.#lastMs[at] = nowMs;
    this.#used += units;
  }

  #giveBack(nowMs: number, units: number, takenMs: number | undefined): void {
    this.#forget(nowMs);
    let rest = units;
    for (let i = takenMs === undefined ? 0 : this.#entryOf(takenMs); rest > 0 && i < this.#length; i++) {
      const at = this.#at(i);
      const there = this.#units[at] ?? 0;
      const part = Math.min(rest, there);
      this.#units[at] = there - part;
      this.#used -= part;
      rest -= part;
    }
  }

  /** The entry that a time falls into: the first that does not end before it. Callers may have rounded the time. */
  #entryOf(takenMs: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lastMs[this.#at(middle)] ?? 0) < takenMs - leastWaitMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Drops what has left the window. */
  #forget(nowMs: number): void {
    while (this.#length > 0 && nowMs - (this.#lastMs[this.#head] ?? 0) >= this.#perMs) {
      this.#used -= this.#units[this.#head] ?? 0;
      this.#head = this.#at(1);
      this.#length--;
    }
    if (this.#length === 0) this.#used = 0;
  }

  #at(position: number): number {
    return (this.#head + position) & (this.#units.length - 1);
  }

  /** Few rates ever need all slices. Entries begin a slice apart, so 1,002 of them are the most. */
  #grow(): void {
    const units = new Float64Array(this.#units.length * 2);
    const lastMs = new Float64Array(this.#units.length * 2);
    for (let i = 0; i < this.#length; i++) {
      units[i] = this.#units[this.#at(i)] ?? 0;
      lastMs[i] = this.#lastMs[this.#at(i)] ?? 0;
    }
    this.#units = units;
    this.#lastMs = lastMs;
    this.#head = 0;
  }
}

function clamped(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
