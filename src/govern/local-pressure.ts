// This machine's own shortages, over all origins: file descriptors, ports, memory, a blocked event loop.
// They lower a limit of what may be in flight, which recovers slowly, and are explained in one line. It
// knows no origin, and does not look at the machine itself: it is told.
//
// Invariant: the limit is at least 1, and after the last shortage it grows until it is `Infinity` again,
// or stays below a ceiling that failed twice for as long as that is remembered.

import { groupedDigits } from '../grouped-digits.ts';
import { blockedLoop, shortageOf } from './local-shortage.ts';
import type { LocalShortage } from './local-shortage.ts';

/** To what the limit is lowered, of what was in flight. */
const kept = 0.9;
/** What is in flight drains while all fail at once: no more than this of a limit is taken at a time. */
const keptOfLimit = 0.5;
/** Failures that come together are one. */
const roundMs = 100;
/** Timers that are late by more show that the loop is blocked: an answer waits as long to be read. */
const lateMs = 250;

const quietMs = 10_000;
const growthStepMs = 1_000;
const growth = 0.01;
/** Two failures this near to each other were at the same place. */
const samePlace = 0.1;
/** So long a place that failed twice is not tried again. */
const rememberedMs = 600_000;
/** Well above what failed, the limit means nothing any more. */
const farAbove = (failedAt: number): number => 2 * failedAt + 100;

export class LocalPressure {
  #limit = Infinity;
  #shortage: LocalShortage | null = null;
  #name = '';
  #lastExplanation: string | null = null;
  /** What was in flight when it failed last, after the limit had grown or had been none. */
  #failedAt = Infinity;
  #hasGrown = false;
  #ceiling = Infinity;
  #ceilingUntilMs = -Infinity;
  #loweredMs = -Infinity;
  #pressedMs = -Infinity;
  #grownMs = -Infinity;

  /** What may be in flight over all origins, as of the last call; `Infinity` if nothing is short. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** The same after what has grown back until now. Cheap: it may be asked for each permit. */
  limitAt(nowMs: number): number {
    if (this.#limit !== Infinity) this.#grow(nowMs);
    return this.limit;
  }

  /** One line for people: what ran out, what the limit is now, what to do; null if nothing is short. */
  get explanation(): string | null {
    if (this.#shortage === null) return null;
    const { words, advice } = this.#shortage;
    return `${words} (${this.#name}): at most ${groupedDigits(this.limit)} in flight for now; ${advice}`;
  }

  /** What `explanation` was last, also when nothing is short any more; null if nothing ever was. */
  get lastExplanation(): string | null {
    return this.explanation ?? this.#lastExplanation;
  }

  /**
   * An attempt failed because this machine ran short.
   * @param code - the system's name for it: `EMFILE`, `EADDRNOTAVAIL`, `EAI_AGAIN`...
   * @param inFlight - over all origins, this attempt included
   * @returns false: fewer in flight would not help, so that trying again for free could go on forever
   */
  shortage(code: string, inFlight: number, nowMs: number): boolean {
    return this.#press(shortageOf(code), code, inFlight, nowMs);
  }

  /** How late timers fired lately, in the median. To be told each second, also when they were not. */
  lag(medianMs: number, inFlight: number, nowMs: number, shortage = blockedLoop): void {
    if (medianMs > lateMs) this.#press(shortage, `${Math.round(medianMs)} ms late`, inFlight, nowMs);
    else this.limitAt(nowMs);
  }

  #press(shortage: LocalShortage, name: string, inFlight: number, nowMs: number): boolean {
    const limit = this.limitAt(nowMs);
    this.#pressedMs = nowMs;
    if (nowMs - this.#loweredMs < roundMs) return true;
    const failedAt = Math.min(inFlight, limit);
    if (failedAt <= shortage.floor) return false;
    const least = limit === Infinity ? 0 : Math.floor(limit * keptOfLimit);
    const lower = Math.max(shortage.floor, least, Math.floor(failedAt * kept));
    if (this.#hasGrown && Math.abs(failedAt - this.#failedAt) <= this.#failedAt * samePlace) {
      this.#ceiling = lower;
      this.#ceilingUntilMs = nowMs + rememberedMs;
    }
    // Further failures without growth between are one with the first, however far all has drained.
    if (this.#hasGrown || limit === Infinity) this.#failedAt = failedAt;
    this.#hasGrown = false;
    this.#limit = lower;
    this.#shortage = shortage;
    this.#name = name;
    this.#loweredMs = nowMs;
    this.#lastExplanation = this.explanation;
    return true;
  }

  #grow(nowMs: number): void {
    if (nowMs >= this.#ceilingUntilMs) this.#ceiling = Infinity;
    let atMs = Math.max(this.#grownMs, this.#pressedMs + quietMs);
    for (; nowMs - atMs >= growthStepMs && this.#limit < this.#ceiling; atMs += growthStepMs) {
      this.#limit = Math.min(this.#ceiling, this.#limit + Math.max(1, this.#limit * growth));
      this.#hasGrown = true;
      if (this.#limit < farAbove(this.#failedAt)) continue;
      this.#limit = Infinity;
      this.#shortage = null;
      return;
    }
    // Time spent at the ceiling is not saved up.
    this.#grownMs = this.#limit < this.#ceiling ? atMs : Math.max(atMs, nowMs);
  }
}
