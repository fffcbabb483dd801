// Knows whether an origin is down as a whole. While it is, records wait instead of burning attempts, and
// one probe at a time asks whether it is back; the first sign of life closes the breaker. It knows one
// origin, and learns only from how attempts ended.
//
// Invariant: while it is open and no probe is under way, the wait for the next probe is finite.

import type { Random } from '../concurrency/random.ts';
import type { ErrorCode } from '../errors.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { describeFailure } from './describe-failure.ts';
import { evidenceOf } from './outage-evidence.ts';
import type { Evidence } from './outage-evidence.ts';

export type BreakerState = 'closed' | 'open' | 'probing';

/**
 * What a failure adds to the case, and what it takes to open: failures in a row that weigh enough, of
 * records enough, and at least half as many as are in flight. In numbers, when few are in flight:
 * - strong: 5 in a row of 2 records. Nobody listens: more tries tell nothing new.
 * - medium: 10 of 3. A connection, a worker behind a balancer, a proxy may fail some in a row.
 * - weak: 50 of 25. An answer is an answer: many records that the server cannot digest look the same.
 *
 * Records are counted by their first attempts, since one that poisons its server fails again and again.
 */
const weights = { strong: 10, medium: 5, weak: 1 } as const;
const recordWeights = { strong: 75, medium: 50, weak: 6 } as const;
const enoughWeight = 50;
const enoughRecords = 150;
/** Of an origin that never answered: it may be misspelt, and a few records that fail tell so sooner. */
const strangerRecords = 1_000;
/** A balancer that drops 50 of 1,000 connections is no outage. */
const enoughOfInFlight = 0.5;

/**
 * After an outage so many signs of life are awaited until records are counted again. Most of what waited
 * has had its first attempt: an origin that falls down again would burn one more attempt of each.
 */
const onTrial = 50;

/** The distance of probes grows with the outage: what it adds to one is at most this share. */
const probeShare = 0.05;
const minProbeMs = 1_000;
const maxProbeMs = 60_000;
const probeJitter = 0.1;
/** More than clocks read at different moments differ by, less than the time from the opening to the first probe. */
const probeSlackMs = 400;

export class Breaker {
  readonly #random: Random;
  #state: BreakerState = 'closed';
  /** When the last sign of life came. A failure that began before tells nothing new. */
  #aliveMs = -Infinity;
  #trialLeft = 0;
  // The streak of failures:
  #sinceMs = 0;
  #failures = 0;
  #weight = 0;
  #records = 0;
  #mostInFlight = 0;
  #failedCode: ErrorCode | null = null;
  #failedStatus: number | null = null;
  // While it is open:
  #probeAtMs = 0;
  #probeTakenMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When the last sign of life came. */
  get aliveMs(): number {
    return this.#aliveMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When the streak of failures began that opened it; null while it is closed. */
  get openSinceMs(): number | null {
    return this.#state === 'closed' ? null : this.#sinceMs;
  }

  /** For people, what the latest failure was: `connection refused`, `it answers 503`. Empty while it is closed. */
  get cause(): string {
    return this.#state === 'closed' ? '' : describeFailure(this.#failedCode, this.#failedStatus);
  }

  /**
   * Learns from an attempt that has ended.
   * @param inFlight - at this origin, this attempt included
   * @returns what it did to the breaker; null: nothing
   */
  ended(end: AttemptEnd, inFlight: number, nowMs: number): 'opened' | 'closed' | null {
    const evidence = evidenceOf(end, inFlight);
    if (evidence === 'alive') return this.#alive(nowMs);
    if (this.#state === 'closed') {
      // A name that was never found, or a proxy that never let anything through, is a mistake rather than an outage.
      const isStranger = this.#aliveMs === -Infinity;
      if (isStranger && (end.code === 'dns_failed' || end.code === 'proxy_failed')) return null;
      // What began before the last sign of life and failed after it is slow, or a connection that was
      // dropped: a few records that hang must not look like an outage when all others are done.
      const beganAfter = nowMs - end.ms >= this.#aliveMs - 1;
      return beganAfter && evidence !== 'nothing' ? this.#failed(end, evidence, inFlight, nowMs) : null;
    }
    if (this.#isProbe(end, inFlight, nowMs)) {
      if (end.code === 'cancelled') {
        this.forgoProbe();
      } else {
        if (evidence !== 'nothing') this.#note(end);
        this.#awaitProbe(nowMs);
      }
    }
    return null;
  }

  /** 0: one may pass; the caller books it with `take`. Else the time to the next probe in milliseconds, `Infinity` while one is under way. */
  waitMs(nowMs: number): number {
    if (this.#state === 'closed') return 0;
    return this.#state === 'probing' ? Infinity : Math.max(0, this.#probeAtMs - nowMs);
  }

  /** A permit was taken: if the breaker is open, that is the probe. */
  take(nowMs: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'probing';
    this.#probeTakenMs = nowMs;
  }

  /** The probe's permit came back and nothing was sent: another may go at once. */
  forgoProbe(): void {
    if (this.#state !== 'probing') return;
    this.#state = 'open';
    this.#probeAtMs = -Infinity;
  }

  /** A time in which nobody asked is no part of an outage. */
  postpone(byMs: number): void {
    this.#sinceMs += byMs;
  }

  #alive(nowMs: number): 'closed' | null {
    this.#aliveMs = nowMs;
    this.#failures = 0;
    if (this.#state === 'closed') {
      if (this.#trialLeft > 0) this.#trialLeft--;
      return null;
    }
    this.#state = 'closed';
    this.#trialLeft = onTrial;
    return 'closed';
  }

  #failed(
    end: AttemptEnd,
    evidence: Exclude<Evidence, 'alive' | 'nothing'>,
    inFlight: number,
    nowMs: number,
  ): 'opened' | null {
    if (this.#failures === 0) {
      this.#sinceMs = nowMs;
      this.#weight = 0;
      this.#records = 0;
      this.#mostInFlight = 0;
    }
    this.#note(end);
    this.#failures++;
    this.#weight += weights[evidence];
    if (end.attempt === 1 || this.#trialLeft > 0) this.#records += recordWeights[evidence];
    // Not what is in flight now: it shrinks while failures wait for their next attempt.
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight);
    const records = this.#aliveMs === -Infinity ? strangerRecords : enoughRecords;
    if (this.#weight < enoughWeight || this.#records < records) return null;
    if (this.#failures < this.#mostInFlight * enoughOfInFlight) return null;
    this.#awaitProbe(nowMs);
    return 'opened';
  }

  #note(end: AttemptEnd): void {
    this.#failedCode = end.code;
    this.#failedStatus = end.status;
  }

  #awaitProbe(nowMs: number): void {
    // The first comes soon, however long the failures took: it may have been a short one.
    const ageMs = this.#state === 'closed' ? 0 : nowMs - this.#sinceMs;
    const distanceMs = Math.min(maxProbeMs, Math.max(minProbeMs, ageMs * probeShare));
    this.#probeAtMs = nowMs + distanceMs * (1 - probeJitter + 2 * probeJitter * this.#random());
    this.#state = 'open';
  }

  /** Whether it is the probe that ended, and not one that was in flight when the breaker opened. */
  #isProbe(end: AttemptEnd, inFlight: number, nowMs: number): boolean {
    return this.#state === 'probing' && (inFlight <= 1 || nowMs - end.ms >= this.#probeTakenMs - probeSlackMs);
  }
}
