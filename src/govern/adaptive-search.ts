// Which limit to try next, and what follows from a trial: a hill climb on throughput. By Little's law
// throughput is limit / latency, so that raising the limit pays as long as latency grows by less.
// It sees whole windows, never single attempts, and no time.
//
// Invariants: `home` is the best limit known, and what a trial that fails falls back to; at most one
// trial is under way; a trial above what is known to be too much goes a small step only.

import { AdaptiveLatency } from './adaptive-latency.ts';
import type { AdaptiveWindow, Comparison } from './adaptive-window.ts';

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
/** The same while latency is high. */
const maxElasticityHigh = 0.5;
/** A large step that makes latency this much longer went past the knee, wherever it is in between. */
const passedKnee = 1.15;
/** A step down may cost so much throughput. */
const maxLoss = 0.04;
/** Less than this is no delay that anybody minds, however short the latency is. */
const shortDelayMs = 2;
/** The smallest trial, as a share of the limit, when latency decides, and when refusals do. */
const smallStep = 0.1;
const refusalStep = 0.02;
const maxSmallStep = 0.4;
/** A trial is so large that the error of its elasticity is about this. */
const wantedError = 0.5;
const maxDownStep = 0.3;
/** A step down that is aimed at the knee stops short of it by a tenth, and takes no more than half. */
const queueLeft = 1.1;
const maxAimedStep = 0.5;
/** Trials that fail come at a distance of so many windows at most. */
const maxSpacing = 16;
/** While latency is near its base, one in so many trials down is made. */
const seldom = 4;
/** A limit that was served is forgotten so slowly, for each window, and one of this share of it is low. */
const provenKeeps = 0.99;
const lowShare = 0.6;

/** What is known before a decrease. */
export type SearchSnapshot = ReturnType<AdaptiveSearch['snapshot']>;

export class AdaptiveSearch {
  home: number;
  limit: number;
  learned: number;
  trial: 'up' | 'down' | null = null;
  isSlowStart = true;
  readonly latency = new AdaptiveLatency();
  readonly #findsByDelay: boolean;
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

  /** A window at home has passed. Not full: less was sent than was allowed, and nothing can be tried; nor if it may not. */
  observe(window: AdaptiveWindow, isFull: boolean, mayTry: boolean): void {
    const drift = this.latency.observe(window);
    if (drift !== 0) this.#doubt(drift > 0);
    if (!isFull) return;
    this.#proven = Math.max(this.home, this.#proven * provenKeeps);
    if (this.#wait > 0) this.#wait--;
    // What was right before may be returned to in any case.
    else if (mayTry || (this.#goal !== null && this.home < this.#goal)) this.#tryNext();
  }

  /** Judges the trial by its window. False: it is not clear yet, and there is more time. */
  judge(window: AdaptiveWindow, isFull: boolean, isLast: boolean): boolean {
    if (!isFull) {
      this.#goHome(1);
      return true;
    }
    const comparison = this.#findsByDelay ? this.latency.compare(this.home, window, this.limit) : null;
    if (comparison === null) {
      if (this.trial === 'up') this.#keepUp(window);
      else this.#undoDown();
      return true;
    }
    this.#learnStep(comparison);
    const isUp = this.trial === 'up';
    const isHigh = this.latency.isHigh(isUp ? window : null);
    const threshold = isUp ? this.#upThreshold(comparison, isHigh) : this.#downThreshold(isHigh);
    const { elasticity, error } = comparison;
    if (!isLast && Math.abs(elasticity - threshold) < error) return false;
    // In doubt: on while nothing is known, up to a delay that can be felt, and down from there.
    if (isUp) {
      const doubt = this.isSlowStart ? -error : isHigh ? error : 0;
      if (elasticity + doubt < threshold) this.#keepUp(window);
      else this.#undoUp(comparison);
    } else if (elasticity - (isHigh ? 0.5 : 1.5) * error > threshold) {
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

  /**
   * Home itself was refused. `isSpoken`: by a server that said so; then what was learned is wrong, unless far less
   * was in flight, which says more of a rate.
   */
  refused(home: number, refusedAt: number, isSpoken: boolean): void {
    const isOfLimit = isSpoken && refusedAt * 2 >= this.home;
    this.home = Math.min(this.home, home);
    if (isOfLimit) this.learned = Math.min(this.learned, this.home);
    this.#setBound(Math.max(this.home + 1, Math.min(this.#bound, refusedAt)), true);
    this.#endSlowStart();
    this.latency.forget();
    this.#goHome(this.#space());
  }

  /** What a decrease changes. */
  snapshot() {
    const [step, bound, isRefusalBound, goal] = [this.#step, this.#bound, this.#isRefusalBound, this.#goal] as const;
    return { home: this.home, isSlowStart: this.isSlowStart, step, bound, isRefusalBound, goal } as const;
  }

  /** A decrease was for nothing: all is again as it was before. */
  revert({ home, isSlowStart, step, bound, isRefusalBound, goal }: SearchSnapshot): void {
    this.home = Math.min(this.#max, Math.max(this.home, home));
    this.isSlowStart = isSlowStart;
    this.#step = step;
    this.#bound = bound;
    this.#isRefusalBound = isRefusalBound;
    this.#goal = goal;
    this.#spacing = 1;
    this.latency.forget();
    this.#goHome(0);
  }

  restart(share: number): void {
    this.home = Math.max(1, Math.min(this.#max, Math.round(this.learned * share)));
    this.#goal = this.learned;
    this.#step = 1;
    this.#spacing = 1;
    this.#aim = null;
    this.latency.forget();
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
    const { isSuspect } = this.latency;
    const wantsDown = this.#nextIsDown && (isSuspect || (canGoUp && this.#trials % seldom < 2));
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

  /** A small step down; or, while latency is high, to where the queue would be gone if what is above its base is queue. */
  #downTarget(): number {
    const { latency, home } = this;
    const kept = latency.isHigh(null) ? Math.max(1 - maxAimedStep, queueLeft * latency.baseShare) : 1;
    return Math.max(1, Math.min(home - 1, Math.round(home * Math.min(1 - this.#downStep, kept))));
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
    this.#endSlowStart();
    this.latency.mark();
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
    this.latency.mark();
    this.#goHome(this.#space());
  }

  #settleAt(home: number, window: AdaptiveWindow): void {
    this.home = this.limit = home;
    this.trial = null;
    this.#aim = null;
    this.latency.replace(window);
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
    this.#goal = null;
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

  /** Below it more is worth it. A large step is a chord across the knee, and shows less of it. */
  #upThreshold({ delayMs }: Comparison, isHigh: boolean): number {
    if (delayMs < shortDelayMs) return maxElasticity;
    const chord = Math.log(passedKnee) / Math.log(this.limit / this.home);
    return Math.min(isHigh ? maxElasticityHigh : maxElasticity, chord);
  }

  /** Above it less is as good: hardly any throughput is lost. */
  #downThreshold(isHigh: boolean): number {
    const chord = 1 - maxLoss / Math.log(this.home / this.limit);
    return Math.max(isHigh ? maxElasticityHigh : maxElasticity, chord);
  }

  #learnStep({ error }: Comparison): void {
    const noise = error * Math.abs(Math.log(this.limit / this.home));
    this.#smallStep = Math.max(smallStep, Math.min(maxSmallStep, noise / wantedError));
  }

  /** Latency is not what it was: what was found may hold no more. */
  #doubt(isLonger: boolean): void {
    this.#spacing = 1;
    this.#wait = Math.min(this.#wait, 1);
    this.#nextIsDown = isLonger;
    if (!this.#isRefusalBound && this.#bound !== Infinity) {
      this.#bound = Infinity;
      this.#step = this.#smallStep;
    }
  }
}
