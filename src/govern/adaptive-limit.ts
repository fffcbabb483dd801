// How many attempts may be in flight at one origin: found by trials. A limit is held for at least a round
// trip, then a higher or lower one is tried, and kept or undone by what latency and refusals say of it.
// docs/governor.md has the law, where it comes from, and pictures of it.
//
// It knows no clock and sets no timer: it learns from the ends of attempts only.
// Invariants: 1 <= limit <= max; an attempt that began before a decrease does not cause another.

import type { AttemptEnd } from '../http/attempt-end.ts';
import { AdaptiveNoise, refusalOf } from './adaptive-refusals.ts';
import { AdaptiveSearch } from './adaptive-search.ts';
import type { AdaptiveLimitOptions, AdaptivePhase } from './adaptive-search.ts';
import { AdaptiveWindow, sampleKind } from './adaptive-window.ts';

export type { AdaptiveLimitOptions };

/** A window has at least so many ends, and lasts at least so long. */
const minEnds = 20;
const minWindowMs = 20;
/** In slow start the first sign is enough. */
const minEndsAtFirst = 10;
const minWindowAtFirstMs = 5;
/** A window whose answer is not clear goes on up to so many times its length. */
const maxExtensions = 4;
/** What is left after a decrease that is not the first of late. */
const decrease = 0.85;
/** So many windows are `of late`. */
const recentWindows = 8;
/** One decrease takes no more than this share. */
const maxDecrease = 0.5;
/** Times are differences of clock readings; two of the same moment differ by less than this. */
const sameMomentMs = 1e-6;

/** For displays and drawings. */
export interface AdaptiveStatistics {
  readonly limit: number;
  readonly learned: number;
  readonly phase: AdaptivePhase;
  /** The lowest mean latency of late; null: nothing was answered yet. */
  readonly baseMs: number | null;
  /** Mean latency at the limit that holds. */
  readonly recentMs: number | null;
}

export class AdaptiveLimit {
  readonly #search: AdaptiveSearch;
  readonly #noise = new AdaptiveNoise();
  readonly #window = new AdaptiveWindow();
  #limit: number;
  /** Attempts that began before then were sent under another limit; Infinity: more is still in flight than the limit. */
  #sinceMs = -Infinity;
  #windowMs = -Infinity;
  #needed = 0;
  #extensions = 0;
  /** Attempts that began up to then are of the cohort of the last decrease. */
  #cutMs = -Infinity;
  #windowsSinceCut = Infinity;
  #recoil: { readonly isTrial: boolean; readonly inFlight: number; refused: number } | null = null;

  constructor(options: AdaptiveLimitOptions) {
    this.#search = new AdaptiveSearch(options);
    this.#limit = this.#search.limit;
    this.#hold(0, -Infinity);
  }

  /** Attempts that may be in flight: whole, from 1 to the maximum. */
  get limit(): number {
    return this.#limit;
  }

  /** An attempt ended. `inFlight` counts it too. */
  ended(end: AttemptEnd, inFlight: number, nowMs: number): void {
    if (this.#sinceMs === Infinity && inFlight <= this.#limit) this.#beginAt(nowMs);
    const refusal = refusalOf(end);
    const kind = refusal === null ? sampleKind(end) : -1;
    if (refusal === null && kind === -1) return;
    const beganMs = nowMs - end.ms;
    if (beganMs <= this.#cutMs + sameMomentMs) {
      if (refusal !== null && this.#recoil !== null) this.#recoil.refused++;
      if (inFlight <= 1) this.#recover(nowMs);
      return;
    }
    if (this.#recoil !== null) this.#recover(nowMs);
    const window = this.#window;
    if (refusal !== null) {
      window.countEnd(inFlight);
      window.refused++;
      const isTrial = this.#search.trial === 'up';
      if (!this.#noise.tolerates(refusal, window.refused, window.ends, isTrial, this.#search.isLow)) {
        this.#cut(inFlight, nowMs);
        return;
      }
    } else if (beganMs + sameMomentMs >= this.#sinceMs) {
      window.countEnd(inFlight);
      window.add(kind, end.ms);
    } else {
      return;
    }
    if (window.ends >= this.#needed && nowMs - this.#windowMs >= this.#minWindowMs) this.#windowEnds(inFlight, nowMs);
  }

  /** Begins again from a share of what was learned, after an outage or a pause, and grows back quickly. */
  restart(share: number, nowMs: number): void {
    this.#search.restart(share);
    this.#recoil = null;
    this.#cutMs = nowMs;
    this.#hold(0, nowMs);
  }

  /** The limit that was found, to begin from another time. */
  get learned(): number {
    return this.#search.learned;
  }

  /** Grow quickly up to a limit that was found in an earlier run, and carefully from there. */
  setLearned(limit: number): void {
    this.#search.setLearned(limit);
  }

  setMax(max: number): void {
    this.#search.setMax(max);
    this.#recoil = null;
    this.#hold(Infinity, 0);
  }

  statistics(): AdaptiveStatistics {
    const { learned, baseMs, recentMs } = this.#search;
    const phase = this.#recoil === null ? this.#search.phase : 'recoil';
    return { limit: this.#limit, learned, phase, baseMs, recentMs };
  }

  get #minWindowMs(): number {
    return this.#search.isSlowStart ? minWindowAtFirstMs : minWindowMs;
  }

  /** Puts the search's limit into force. */
  #hold(othersInFlight: number, nowMs: number): void {
    this.#limit = this.#search.limit;
    this.#window.clear();
    this.#extensions = 0;
    this.#needed = Math.max(this.#limit, this.#search.isSlowStart ? minEndsAtFirst : minEnds);
    if (othersInFlight < this.#limit) this.#beginAt(nowMs);
    else this.#sinceMs = Infinity;
  }

  #beginAt(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#windowMs = nowMs;
  }

  #windowEnds(inFlight: number, nowMs: number): void {
    const search = this.#search;
    const window = this.#window;
    const isFull = window.isFull(this.#limit);
    if (search.trial === null) {
      this.#windowsSinceCut++;
      this.#noise.learn(window.refused, window.ends, search.isLow);
      search.observe(window, isFull);
    } else {
      const isLast = ++this.#extensions >= maxExtensions;
      if (!search.judge(window, isFull, isLast)) {
        this.#needed += Math.max(this.#limit, minEnds);
        return;
      }
    }
    const hasChanged = search.limit !== this.#limit;
    const sinceMs = this.#sinceMs;
    this.#hold(inFlight - 1, nowMs);
    // At the same limit, what was sent before this window is as good.
    if (!hasChanged) this.#sinceMs = sinceMs;
  }

  /** The first refusal of a round: send less at once, and count who else of those in flight is refused. */
  #cut(inFlight: number, nowMs: number): void {
    const { home, trial } = this.#search;
    const isTrial = trial === 'up' && inFlight > home;
    this.#recoil = { isTrial, inFlight, refused: 1 };
    this.#limit = isTrial ? home : Math.max(1, Math.floor(Math.min(home, inFlight) * decrease));
    this.#cutMs = nowMs;
  }

  /** The round of a decrease is over: those who were in flight less those refused is what the server held. */
  #recover(nowMs: number): void {
    const recoil = this.#recoil;
    if (recoil === null) return;
    this.#recoil = null;
    const { inFlight, refused, isTrial } = recoil;
    const held = Math.max(1, inFlight - refused);
    if (isTrial) {
      this.#search.refusedTrial(held);
    } else {
      const isRepeated = this.#windowsSinceCut < recentWindows;
      const most = isRepeated ? Math.floor(inFlight * decrease) : inFlight - 1;
      this.#search.refused(Math.max(1, Math.min(held, most), Math.ceil(inFlight * maxDecrease) - 1), inFlight);
    }
    this.#windowsSinceCut = 0;
    this.#hold(Infinity, nowMs);
    this.#beginAt(nowMs);
  }
}
