// Which limit to try next, and what follows from a trial: a hill climb on throughput. By Little's law
// throughput is limit / latency, so that raising the limit pays as long as latency grows by less.
// It sees whole windows, never single attempts, and no time.
//
// Invariants: `home` is the best limit known, and what a trial that fails falls back to; at most one
// trial is under way; a trial above what is known to be too much goes a small step only.

import { AdaptiveWindow } from './adaptive-window.ts';
import type { Comparison } from './adaptive-window.ts';

/** What a limit may be. */
export interface AdaptiveLimitOptions {
  /** The machine's ceiling, or what the user fixed. */
  readonly max: number;
  readonly initial: number;
  /** Whether latency is looked at. If not, only refusals shrink the limit, and it grows back. */
  readonly findsByDelay: boolean;
}

export type AdaptivePhase = 'slow-start' | 'steady' | 'probe-up' | 'probe-down' | 'recoil';

/** Growth is kept while 1% more in flight brings less than this much latency, in percent: a fifth of it must become throughput. */
const maxElasticity = 0.8;
/** Above this multiple of the unloaded latency growth has to bring more. */
const highDelay = 1.3;
const maxElasticityHigh = 0.5;
/** A large step that makes latency this much longer went past the knee, wherever it is in between. */
const passedKnee = 1.15;
/** Less than this is no delay that anybody minds, however short the latency is. */
const shortDelayMs = 2;
/** The smallest trial, as a share of the limit, when latency decides, and when refusals do. */
const smallStep = 0.1;
const refusalStep = 0.02;
const maxSmallStep = 0.4;
/** A trial is so large that the error of its elasticity is about this. */
const wantedError = 0.5;
const maxDownStep = 0.3;
/** Trials that fail come at a distance of so many windows at most. */
const maxSpacing = 16;
/** Latency over its base: above, less is tried as often as more; below, seldom. */
const suspectDelay = 1.1;
const seldom = 8;
/** Latency that differs so much from that of the last trial makes all that was found doubtful. */
const drift = 0.2;
/** A limit that was served is forgotten so slowly, for each window, and one of this share of it is low. */
const provenKeeps = 0.99;
const lowShare = 0.6;
/** What an older window counts against the newest. */
const keepOfOlder = 0.5;
/** The base follows a longer latency so slowly, for each window. */
const baseForgets = 0.01;

export class AdaptiveSearch {
  home: number;
  limit: number;
  learned: number;
  trial: 'up' | 'down' | null = null;
  isSlowStart = true;
  baseMs: number | null = null;
  recentMs: number | null = null;
  readonly #findsByDelay: boolean;
  readonly #here = new AdaptiveWindow();
  #baseKind = -1;
  #max: number;
  /** Grow quickly up to here: it was right before. */
  #goal: number | null = null;
  /** The next trial up, as a share of `home`, while nothing is known to be too much. */
  #step = 1;
  /** The smallest trial up whose outcome can be told from noise. */
  #smallStep = smallStep;
  #downStep = smallStep;
  /** The lowest limit that is known to be too much, and whether by refusals. */
  #bound = Infinity;
  #isRefusalBound = false;
  /** Where the knee is thought to be. */
  #aim: number | null = null;
  /** The highest limit that was served of late. */
  #proven = 0;
  /** Windows until the next trial, and after the next failure. */
  #wait = 0;
  #spacing = 1;
  #nextIsDown = false;
  #trials = 0;
  #markMs: number | null = null;

  constructor({ max, initial, findsByDelay }: AdaptiveLimitOptions) {
    this.#max = Math.max(1, max);
    this.#findsByDelay = findsByDelay;
    this.home = this.limit = this.learned = Math.max(1, Math.min(this.#max, initial));
  }

  get phase(): AdaptivePhase {
    if (this.isSlowStart) return 'slow-start';
    if (this.trial !== null) return this.trial === 'up' ? 'probe-up' : 'probe-down';
    return 'steady';
  }

  /** Far below what was served of late. */
  get isLow(): boolean {
    return this.limit <= lowShare * this.#proven;
  }

  /** A window at home has passed. Not full: less was sent than was allowed, and nothing can be tried. */
  observe(window: AdaptiveWindow, isFull: boolean): void {
    this.#here.merge(window, keepOfOlder);
    this.#updateBase();
    this.#noticeDrift();
    if (!isFull) return;
    this.#proven = Math.max(this.home, this.#proven * provenKeeps);
    if (this.#wait > 0) this.#wait--;
    else this.#tryNext();
  }

  /** Judges the trial by its window. False: it is not clear yet, and there is more time. */
  judge(window: AdaptiveWindow, isFull: boolean, isLast: boolean): boolean {
    if (!isFull) {
      this.#goHome(1);
      return true;
    }
    const comparison = this.#findsByDelay ? this.#here.compare(this.home, window, this.limit) : null;
    if (comparison === null) {
      if (this.trial === 'up') this.#keepUp(window);
      else this.#undoDown();
      return true;
    }
    const threshold = this.#threshold(window, comparison);
    const { elasticity, error } = comparison;
    this.#learnStep(comparison);
    if (!isLast && Math.abs(elasticity - threshold) < error) return false;
    if (this.trial === 'up') {
      if (elasticity < threshold) this.#keepUp(window);
      else this.#undoUp(comparison);
    } else if (elasticity - error > threshold) {
      this.#keepDown(window);
    } else {
      this.#undoDown();
    }
    return true;
  }

  /** More was tried and refused; so many were held by the server. */
  refusedTrial(held: number): void {
    this.#setBound(Math.max(held + 1, this.home + 1), true);
    if (held < this.home) this.home = Math.max(1, held, Math.floor(this.home * 0.85));
    this.#endSlowStart();
    this.learned = this.home;
    this.#goHome(this.home < this.#bound - 1 ? 0 : this.#space());
  }

  /** Home itself was refused. */
  refused(home: number, refusedAt: number): void {
    this.home = Math.min(this.home, home);
    this.#setBound(Math.max(this.home + 1, Math.min(this.#bound, refusedAt)), true);
    this.#endSlowStart();
    this.#here.clear();
    this.#goHome(this.#space());
  }

  restart(share: number): void {
    this.home = Math.max(1, Math.min(this.#max, Math.round(this.learned * share)));
    this.#goal = this.learned;
    this.#step = 1;
    this.#spacing = 1;
    this.#aim = null;
    this.#here.clear();
    this.#goHome(0);
  }

  setLearned(limit: number): void {
    this.learned = Math.max(1, Math.min(this.#max, Math.round(limit)));
    this.#goal = this.learned;
  }

  setMax(max: number): void {
    this.#max = Math.max(1, max);
    this.home = this.#findsByDelay ? Math.min(this.home, this.#max) : this.#max;
    this.#goHome(0);
  }

  #tryNext(): void {
    const canGoUp = this.home < this.#max;
    const isSuspect = this.baseMs !== null && this.recentMs !== null && this.recentMs > suspectDelay * this.baseMs;
    const wantsDown = this.#nextIsDown && (isSuspect || this.#trials % seldom === 0);
    this.#nextIsDown = canGoUp ? !this.#nextIsDown : true;
    this.#trials++;
    if (wantsDown && this.#findsByDelay && this.home > 1 && !this.isSlowStart) this.#begin('down', this.#downTarget());
    else if (canGoUp) this.#begin('up', this.#upTarget());
    else this.#goHome(this.#space());
  }

  #begin(trial: 'up' | 'down', limit: number): void {
    this.trial = trial;
    this.limit = limit;
  }

  #upTarget(): number {
    const { home } = this;
    return Math.min(this.#max, Math.max(home + 1, Math.round(this.#wishedTarget())));
  }

  #wishedTarget(): number {
    const { home } = this;
    if (this.#goal !== null && home < this.#goal) return Math.min(home * 2, this.#goal);
    if (this.#aim !== null && this.#aim > home) return this.#aim;
    if (this.#bound === Infinity) return home * (1 + this.#step);
    if (this.#isRefusalBound) return home < this.#bound - 1 ? this.#bound - 1 : home * (1 + refusalStep);
    return home * (1 + this.#smallStep) < this.#bound ? Math.sqrt(home * this.#bound) : home * (1 + this.#smallStep);
  }

  #downTarget(): number {
    return Math.max(1, Math.min(this.home - 1, Math.round(this.home * (1 - this.#downStep))));
  }

  #keepUp(window: AdaptiveWindow): void {
    const grown = this.limit / this.home - 1;
    if (this.limit >= this.#bound) {
      this.#bound = Infinity;
      this.#step = Math.min(1, grown * 2);
    } else if (this.#bound === Infinity) {
      this.#step = Math.min(1, this.#step * 2);
    }
    if (this.#goal !== null && this.limit >= this.#goal) {
      this.#goal = null;
      this.#endSlowStart();
      this.#step = this.#smallStep;
    }
    this.#settleAt(this.limit, window);
    this.learned = Math.max(this.learned, this.home);
    this.#spacing = 1;
    if (this.home < this.#max) this.#begin('up', this.#upTarget());
    else this.#endSlowStart();
  }

  #undoUp({ ratio }: Comparison): void {
    const knee = this.limit / ratio;
    const isNear = this.limit <= this.home * (1 + this.#smallStep) + 1;
    this.#setBound(this.limit, false);
    if (!isNear && knee > this.home * 1.05) this.#aim = Math.min(knee, this.limit - 1);
    this.#goal = null;
    this.#endSlowStart();
    this.#markMs = this.recentMs;
    if (isNear) {
      this.learned = this.home;
      this.#goHome(this.#space());
    } else {
      this.#begin('up', this.#upTarget());
    }
  }

  #keepDown(window: AdaptiveWindow): void {
    this.#setBound(this.home, false);
    this.#downStep = Math.min(maxDownStep, this.#downStep * 2);
    this.#settleAt(this.limit, window);
    this.#spacing = 1;
    this.learned = this.home;
    if (this.home > 1) this.#begin('down', this.#downTarget());
  }

  #undoDown(): void {
    this.#downStep = this.#smallStep;
    this.#markMs = this.recentMs;
    this.#goHome(this.#space());
  }

  #settleAt(home: number, window: AdaptiveWindow): void {
    this.home = this.limit = home;
    this.trial = null;
    this.#aim = null;
    this.#here.clear();
    this.#here.merge(window, 0);
    this.#updateBase();
    this.#markMs = this.recentMs;
  }

  #goHome(wait: number): void {
    this.trial = null;
    this.limit = this.home;
    this.#wait = wait;
  }

  #setBound(bound: number, byRefusal: boolean): void {
    this.#bound = bound;
    this.#isRefusalBound = byRefusal;
    this.#aim = null;
  }

  #endSlowStart(): void {
    this.isSlowStart = false;
  }

  /** The distance to the next trial after one that failed. */
  #space(): number {
    const wait = this.#spacing;
    this.#spacing = Math.min(maxSpacing, this.#spacing * 2);
    return wait;
  }

  /** How much elasticity is still worth it. A large step is a chord across the knee, and shows less of it. */
  #threshold(window: AdaptiveWindow, { delayMs }: Comparison): number {
    const seen = this.trial === 'up' ? window : this.#here;
    const ms = this.#baseKind === -1 ? null : seen.meanMs(this.#baseKind);
    const isHigh = ms !== null && this.baseMs !== null && ms > highDelay * this.baseMs;
    const most = isHigh ? maxElasticityHigh : maxElasticity;
    if (Math.abs(delayMs) < shortDelayMs) return maxElasticity;
    return Math.min(most, Math.log(passedKnee) / Math.abs(Math.log(this.limit / this.home)));
  }

  #learnStep({ error }: Comparison): void {
    const noise = error * Math.abs(Math.log(this.limit / this.home));
    this.#smallStep = Math.max(smallStep, Math.min(maxSmallStep, noise / wantedError));
  }

  #updateBase(): void {
    const kind = this.#here.mainKind;
    const ms = this.#here.meanMs(kind);
    if (ms === null) return;
    this.recentMs = ms;
    if (this.#baseKind !== kind || this.baseMs === null) {
      this.#baseKind = kind;
      this.baseMs = ms;
      this.#markMs = ms;
    } else {
      this.baseMs = ms < this.baseMs ? ms : this.baseMs + baseForgets * (ms - this.baseMs);
    }
  }

  /** What was found at another latency may hold no more. */
  #noticeDrift(): void {
    if (this.recentMs === null || this.#markMs === null || this.#baseKind === -1) return;
    const change = Math.log(this.recentMs / this.#markMs);
    if (Math.abs(change) < Math.max(drift, 3 * this.#here.relativeError(this.#baseKind))) return;
    this.#markMs = this.recentMs;
    this.#spacing = 1;
    this.#wait = Math.min(this.#wait, 1);
    this.#nextIsDown = change > 0;
    if (!this.#isRefusalBound && this.#bound !== Infinity) {
      this.#bound = Infinity;
      this.#step = this.#smallStep;
    }
  }
}
