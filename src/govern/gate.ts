// The gate of one origin: asks its parts in turn whether one more request may be in flight, books it,
// and tells them what came of it. It holds no rule of its own but two: the first part that says no
// decides, and what resumes after a pause comes back little by little.
//
// Invariant: a permit that was taken is given back exactly once.

import type { Random } from '../concurrency/random.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import { Breaker } from './breaker.ts';
import type { RateSet } from '../concurrency/limits/rate-set.ts';
import { RefusalPace } from './refusal-pace.ts';
import { RetryBudget } from './retry-budget.ts';
import { ServerWords } from './server-words.ts';

/** Why a gate lets nothing pass for a while. */
export type WaitReason = 'rate' | 'retry-after' | 'quota' | 'outage';

/** No time can be told: a permit must be given back first. */
export const untilRelease = Infinity;

/** What all gates of a run share. */
export interface Floor {
  /** Permits that could be had now, if gates were open. */
  readonly free: number;
  /** A permit was taken, or came back. */
  book(change: 1 | -1): void;
  readonly random: Random;
  wallNow(): number;
}

export interface GateParts {
  readonly origin: string;
  readonly floor: Floor;
  readonly adaptive: AdaptiveLimit;
  readonly rates: RateSet | null;
  /** Whether an origin that fails as a whole is left alone until it answers again. */
  readonly sitsOutOutages: boolean;
}

/** An origin at one moment, for people. */
export interface GateStatistics {
  readonly origin: string;
  readonly limit: number;
  readonly inFlight: number;
  readonly adaptive: ReturnType<AdaptiveLimit['statistics']>;
  readonly breaker: Breaker['state'];
  /** That ended so far. */
  readonly attempts: { readonly ok: number; readonly failed: number };
}

/** Of a wait that the server asked for, at most this share is added, so that clients that waited together come back apart. */
const jitterShares = { 'retry-after': 0.1, quota: 0.02 } as const;
const mostJitterMs = 1000;
/** After a pause as long as this, the origin is met with half of what it held before. */
const longPauseMs = 1000;
const shareAfterPause = 0.5;
/** A refusal that stops the whole origin is not risked again for so many times as long: trials shall not cost more than a twentieth. */
const restTimes = 20;
const shareAfterOutage = 0.25;

export class Gate {
  readonly origin: string;
  inFlight = 0;
  /** Why the last `tryTake` gave a time to wait, and more about it in words. */
  waitReason: WaitReason = 'rate';
  waitDetail: string | null = null;
  /** How long the server had asked to wait, when it was that which gave the last time to wait; else 0. */
  askedWaitMs = 0;
  /** What the last permit brought back may let pass now what was told to wait. */
  reopened = false;
  readonly breaker: Breaker;
  readonly budget = new RetryBudget();
  adaptive: AdaptiveLimit;
  rates: RateSet | null;
  readonly #floor: Floor;
  readonly #sitsOutOutages: boolean;
  readonly #words = new ServerWords();
  readonly #pace = new RefusalPace();
  /** The end of the server's wait, as it said and as it is kept. */
  #saidUntilMs = -Infinity;
  #pausedUntilMs = -Infinity;
  #pauseReason: WaitReason = 'retry-after';
  #pauseDetail: string | null = null;
  /** Between these moments the limit comes back from nothing. */
  #rampFromMs = 0;
  #rampToMs = 0;
  #ok = 0;
  #failed = 0;

  constructor({ origin, floor, adaptive, rates, sitsOutOutages }: GateParts) {
    this.origin = origin;
    this.#floor = floor;
    this.#sitsOutOutages = sitsOutOutages;
    this.adaptive = adaptive;
    this.rates = rates;
    this.breaker = new Breaker(floor.random);
  }

  /**
   * Asks for a permit. 0: it was taken. Else nothing was, and it is how long to wait in milliseconds, or `untilRelease`.
   * @param cost in the units of rates that count costs
   */
  tryTake(nowMs: number, cost = 1): number {
    this.askedWaitMs = 0;
    if (this.#floor.free <= 0) return untilRelease;
    const outageMs = this.breaker.waitMs(nowMs);
    if (outageMs > 0) return this.#wait(outageMs, 'outage', this.breaker.cause);
    const pauseMs = this.#pauseMs(nowMs, cost);
    if (pauseMs > 0) return pauseMs;
    if (this.inFlight >= this.limit) return untilRelease;
    if (nowMs < this.#rampToMs) {
      const rampMs = this.#rampMs(nowMs);
      if (rampMs > 0) return rampMs;
    }
    const paceMs = this.#pace.waitMs(nowMs);
    if (paceMs > 0) return this.#wait(paceMs, 'rate', 'found by its refusals');
    if (this.rates !== null) {
      const rateMs = this.rates.waitMs(nowMs, cost);
      if (rateMs > 0) return this.#wait(rateMs, 'rate', this.rates.binding?.text ?? null);
      this.rates.take(nowMs, cost);
    }
    this.#words.take(nowMs, cost);
    this.#pace.take(nowMs);
    this.breaker.take(nowMs);
    this.inFlight++;
    this.#floor.book(1);
    return 0;
  }

  /** Gives a permit back, with what the attempt told. */
  release(end: AttemptEnd, nowMs: number): void {
    const { inFlight } = this;
    this.reopened = false;
    if (inFlight <= 0) throw new Error(`a permit of ${this.origin} was given back twice`);
    this.adaptive.ended(end, inFlight, nowMs);
    if (end.status !== null && this.#hear(end.status, end.headers, nowMs)) this.reopened = true;
    if (end.outcome === 'success') {
      this.#ok++;
      this.budget.succeeded();
      this.#pace.answered(nowMs);
    } else {
      this.#failed++;
      if (end.status === 429 && this.limit === 1 && this.#words.waitMs(nowMs, 1) === 0)
        this.#pace.refused(end.ms, nowMs);
    }
    if (this.#sitsOutOutages && this.breaker.ended(end, inFlight, nowMs) === 'closed') {
      this.adaptive.restart(shareAfterOutage, nowMs);
      this.reopened = true;
    }
    this.inFlight = inFlight - 1;
    this.#floor.book(-1);
  }

  /** How long until a retry may go, after what the budget allows; 0: now. */
  retryWaitMs(nowMs: number): number {
    return this.budget.waitMs(nowMs);
  }

  /** A retry goes. */
  takeRetry(nowMs: number): void {
    if (this.breaker.state === 'closed') this.budget.take(nowMs);
  }

  /** Since when the origin has been failing as a whole; null if it is not known to. */
  get downSinceMs(): number | null {
    return this.breaker.state === 'closed' ? null : this.breaker.openSinceMs;
  }

  /** When the last sign of life came. */
  get aliveMs(): number {
    return this.breaker.aliveMs;
  }

  /** Another request left under a permit that was taken: what comes next waits so much longer for the rates. */
  sentAgain(nowMs: number, cost: number): void {
    this.rates?.take(nowMs, cost);
  }

  /** The real cost of a request was so much more (or less) than what was taken for it. */
  correctCost(nowMs: number, delta: number, takenMs: number): void {
    this.rates?.correct(nowMs, delta, takenMs);
    if (delta < 0) this.reopened = true;
  }

  /** The most that may be in flight now. */
  get limit(): number {
    return Math.min(this.adaptive.limit, this.#words.concurrency);
  }

  /** Nothing holds here: who comes later may find a new gate. */
  isIdle(nowMs: number): boolean {
    return (
      this.inFlight === 0 &&
      this.breaker.state === 'closed' &&
      nowMs >= this.#pausedUntilMs &&
      this.#words.forgets(nowMs) &&
      this.#pace.isIdle(nowMs) &&
      this.budget.isFull(nowMs) &&
      (this.rates === null || this.rates.isIdle(nowMs))
    );
  }

  statistics(): GateStatistics {
    const { origin, limit, inFlight, breaker } = this;
    const attempts = { ok: this.#ok, failed: this.#failed };
    return { origin, limit, inFlight, adaptive: this.adaptive.statistics(), breaker: breaker.state, attempts };
  }

  /** What an answer says of waiting; whether it says anything. */
  #hear(status: number, headers: readonly string[], nowMs: number): boolean {
    const others = this.inFlight - 1;
    if (this.#words.isSilent(headers, others)) return false;
    return this.#words.hear(status, headers, nowMs, this.#floor.wallNow(), others);
  }

  #wait(ms: number, reason: WaitReason, detail: string | null): number {
    this.waitReason = reason;
    this.waitDetail = detail;
    return ms;
  }

  /** What the server asked for, and a little more by chance. */
  #pauseMs(nowMs: number, cost: number): number {
    const saidMs = this.#words.waitMs(nowMs, cost);
    // An answer that came meanwhile has lifted it.
    if (saidMs === 0 && nowMs < this.#saidUntilMs - 1) this.#pausedUntilMs = -Infinity;
    if (saidMs > 0 && Math.abs(nowMs + saidMs - this.#saidUntilMs) > 1) this.#pause(nowMs, saidMs);
    // Two that say nearly the same are one pause; the later of them is kept all the same.
    const waitMs = Math.max(saidMs, this.#pausedUntilMs - nowMs);
    if (waitMs <= 0) return 0;
    this.askedWaitMs = saidMs;
    return this.#wait(waitMs, this.#pauseReason, this.#pauseDetail);
  }

  #pause(nowMs: number, saidMs: number): void {
    const { reason, detail } = this.#words;
    const spreadMs = Math.min(mostJitterMs, saidMs * jitterShares[reason]);
    this.#saidUntilMs = nowMs + saidMs;
    this.#pausedUntilMs = this.#saidUntilMs + spreadMs * this.#floor.random();
    this.#rampFromMs = this.#pausedUntilMs;
    this.#rampToMs = this.#pausedUntilMs + spreadMs;
    this.#pauseReason = reason;
    this.#pauseDetail = detail;
    if (reason !== 'retry-after') return;
    this.adaptive.rest(this.#saidUntilMs + saidMs * restTimes);
    if (saidMs >= longPauseMs) this.adaptive.restart(shareAfterPause, nowMs);
  }

  /** After a pause the permits come back one after another, not all at once. */
  #rampMs(nowMs: number): number {
    const { limit } = this;
    const rampMs = this.#rampToMs - this.#rampFromMs;
    const nextMs = this.#rampFromMs + (rampMs * this.inFlight) / limit;
    return nextMs <= nowMs ? 0 : this.#wait(nextMs - nowMs, this.#pauseReason, this.#pauseDetail);
  }
}
