// How many attempts may be in flight at one origin: found by trials. A limit is held for at least a round
// trip, then a higher or lower one is tried, and kept or undone by what latency and refusals say of it.
// docs/governor.md has the law, where it comes from, and pictures of it.
//
// It knows no clock and sets no timer: it learns from the ends of attempts only.
// Invariants: 1 <= limit <= max; an attempt that began before a decrease does not cause another.

import type { AttemptEnd } from '../http/attempt-end.ts';
import { AdaptiveNoise, refusalOf } from './adaptive-refusals.ts';
import type { Refusal } from './adaptive-refusals.ts';
import { AdaptiveSearch } from './adaptive-search.ts';
import type { AdaptiveLimitOptions, AdaptivePhase, SearchSnapshot } from './adaptive-search.ts';
import { AdaptiveWindow, sampleKind } from './adaptive-window.ts';

export type { AdaptiveLimitOptions };

/** A window has at least so many ends, and lasts at least so long. */
const minEnds = 30;
const minWindowMs = 20;
/** In slow start the first sign is enough. */
const minEndsAtFirst = 10;
const minWindowAtFirstMs = 5;
/** A window whose answer is not clear goes on up to so many times its length. */
const maxExtensions = 4;
/** So many turnovers after a change, nearly all that ends was sent under the new limit. */
const settleShare = 1.2;
/** Longer than so many mean latencies counts as so long: a few outliers must not decide. */
const outlier = 4;
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

/** A decrease, until those who were in flight at it have ended. */
interface Recoil {
  readonly refusal: Refusal;
  readonly isTrial: boolean;
  readonly inFlight: number;
  refused: number;
}

export class AdaptiveLimit {
  readonly #search: AdaptiveSearch;
  readonly #noise = new AdaptiveNoise();
  readonly #window = new AdaptiveWindow();
  #limit: number;
  /** The window sees what ends from then on; Infinity: more is still in flight than the limit. */
  #windowMs = -Infinity;
  #unsettled = 0;
  #needed = 0;
  /** The most that was in flight in this window, and in the one before. */
  #crowd = 0;
  #crowdBefore = 0;
  #extensions = 0;
  /** Attempts that began up to then are of the cohort of the last decrease. */
  #cutMs = -Infinity;
  #windowsSinceCut = Infinity;
  #restUntilMs = -Infinity;
  #recoil: Recoil | null = null;
  /** To go back to, if the decrease turns out to have been for nothing. */
  #beforeCut: SearchSnapshot | null = null;

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
    if (this.#windowMs === Infinity && inFlight <= this.#limit) this.#settle(nowMs);
    if (inFlight > this.#crowd) this.#crowd = inFlight;
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
    this.#noise.count(refusal);
    if (refusal !== null) {
      const { trial, isLow } = this.#search;
      if (!this.#noise.tolerates(refusal, trial === 'up', isLow)) this.#cut(refusal, inFlight, nowMs);
      else if (nowMs >= this.#windowMs) this.#window.refused++;
      return;
    }
    if (nowMs < this.#windowMs) return;
    if (this.#unsettled > 0) {
      this.#unsettled--;
      return;
    }
    const window = this.#window;
    window.add(kind, Math.min(end.ms, outlier * (this.#search.latency.recentMs ?? Infinity)), inFlight);
    if (window.ends >= this.#needed && nowMs - this.#windowMs >= this.#minWindowMs) this.#windowEnds(inFlight, nowMs);
  }

  /** A refusal was dear: nothing new is tried before then. */
  rest(untilMs: number): void {
    this.#restUntilMs = Math.max(this.#restUntilMs, untilMs);
  }

  /** Begins again from a share of what was learned, after an outage or a pause, and grows back quickly. */
  restart(share: number, nowMs: number): void {
    this.#recover(nowMs);
    this.#search.restart(share);
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
    const { learned, latency } = this.#search;
    const phase = this.#recoil === null ? this.#search.phase : 'recoil';
    return { limit: this.#limit, learned, phase, baseMs: latency.baseMs, recentMs: latency.recentMs };
  }

  get #minWindowMs(): number {
    return this.#search.isSlowStart ? minWindowAtFirstMs : minWindowMs;
  }

  /** Another window at the same limit. */
  #again(nowMs: number): void {
    this.#windowMs = nowMs;
    this.#window.clear();
    this.#noise.clear();
    this.#crowdBefore = this.#crowd;
    this.#crowd = 0;
    this.#extensions = 0;
    this.#needed = Math.max(this.#limit, this.#search.isSlowStart ? minEndsAtFirst : minEnds);
  }

  /** Puts the search's limit into force. */
  #hold(othersInFlight: number, nowMs: number): void {
    this.#limit = this.#search.limit;
    this.#again(nowMs);
    if (othersInFlight < this.#limit) this.#settle(nowMs);
    else this.#windowMs = Infinity;
  }

  /**
   * The limit is really held from now on. The window begins when most of what was sent before has ended, and
   * then takes all that ends: taking only what began later would leave out the slow ones.
   */
  #settle(nowMs: number): void {
    const { turnoverMs } = this.#search.latency;
    this.#windowMs = nowMs + settleShare * turnoverMs;
    // Of the first requests the quickest end first: until it is known how long they take, a round is left out.
    this.#unsettled = turnoverMs === 0 ? this.#limit : 0;
  }

  #windowEnds(inFlight: number, nowMs: number): void {
    const search = this.#search;
    const window = this.#window;
    const isFull = window.isFull(this.#limit);
    if (search.trial === null) {
      this.#windowsSinceCut++;
      if (this.#noise.learn(search.isLow) && this.#beforeCut !== null) search.revert(this.#beforeCut);
      else search.observe(window, isFull, nowMs >= this.#restUntilMs);
    } else {
      const isLast = ++this.#extensions >= maxExtensions;
      if (!search.judge(window, isFull, isLast)) {
        this.#needed += Math.max(this.#limit, minEnds);
        return;
      }
    }
    if (search.limit === this.#limit) this.#again(nowMs);
    else this.#hold(inFlight - 1, nowMs);
  }

  /** The first refusal of a round: send less at once, and count who else of those in flight is refused. */
  #cut(refusal: Refusal, inFlight: number, nowMs: number): void {
    const { home, trial } = this.#search;
    // Answers that come in one burst are seen with ever less in flight, and were sent with more.
    const crowd = Math.max(inFlight, Math.min(this.#limit, Math.max(this.#crowd, this.#crowdBefore)));
    const isTrial = trial === 'up' && crowd > home;
    this.#recoil = { refusal, isTrial, inFlight: crowd, refused: 1 };
    this.#limit = isTrial ? home : Math.max(1, Math.floor(Math.min(home, crowd) * decrease));
    this.#cutMs = nowMs;
  }

  /** The round of a decrease is over: those who were in flight less those refused is what the server held. */
  #recover(nowMs: number): void {
    const recoil = this.#recoil;
    if (recoil === null) return;
    this.#recoil = null;
    const { refusal, inFlight, refused, isTrial } = recoil;
    if (refusal === 'silent') {
      // The one that began it is left out: there would be no decrease without it.
      this.#noise.learnCut(refused - 1, inFlight - 1);
      this.#beforeCut = this.#search.snapshot();
    }
    const held = Math.max(1, inFlight - refused);
    if (isTrial) {
      this.#search.refusedTrial(held);
    } else {
      const isRepeated = this.#windowsSinceCut < recentWindows;
      const most = isRepeated ? Math.floor(inFlight * decrease) : inFlight - 1;
      const home = Math.max(1, Math.min(held, most), Math.ceil(inFlight * maxDecrease) - 1);
      this.#search.refused(home, inFlight, refusal === 'spoken');
    }
    this.#windowsSinceCut = 0;
    this.#hold(0, nowMs);
  }
}
