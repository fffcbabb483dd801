// What counts as being refused, and how many refusals are no sign of too much: those that come just as
// well when far less is in flight. It decides nothing about the limit.

import type { AttemptEnd } from '../http/attempt-end.ts';
import type { ErrorCode } from '../errors.ts';

/** `spoken`: the server says it is too much. `silent`: it drops, or does not answer in time, which has other causes too. */
export type Refusal = 'spoken' | 'silent';

const silentCodes: ReadonlySet<ErrorCode> = new Set([
  'connection_reset',
  'connection_closed',
  'connect_refused',
  'connect_failed',
  'connect_timeout',
  'body_cut',
  'timeout',
]);

/** Of silent refusals so many are tolerated in a window, or this share of it. */
const silentCount = 2;
const silentShare = 0.01;
/** Of what is usual so much more is tolerated, and so many standard deviations, and so many. */
const usualTimes = 1.2;
const usualSigmas = 3;
const silentChance = 2;
/** So many ends of late decide what is usual. */
const silentMemory = 200;
/** A decrease was for nothing if at least this share of what was refused before is refused after it, of so many that were to be expected. */
const futileShare = 0.7;
const enoughExpected = 10;
/** Spoken refusals that come whatever is in flight are at most such a share; more has to do with what is in flight. */
const maxNoise = 0.05;
const noiseWeight = 0.2;
const noiseForgets = 0.02;
const spokenChance = 2;
/** A smaller share is none. */
const leastShare = 0.001;

/**
 * Whether an attempt was refused. A record that fails again says something of the record, unless the
 * server says 429. A 503 is silent: with a time to wait it stops the whole origin anyway, and without one it
 * often has another cause. What this machine lacked, what was given up, and names that are not found say nothing.
 */
export function refusalOf(end: AttemptEnd): Refusal | null {
  const { status, code, attempt } = end;
  if (status === 429) return 'spoken';
  if (attempt > 1 || end.outcome === 'success') return null;
  if (status !== null) return status >= 502 && status <= 504 ? 'silent' : null;
  return code !== null && silentCodes.has(code) ? 'silent' : null;
}

/**
 * How many refusals are no reason to send less. The first that a server speaks is one, as a rule; but far
 * below a limit that was served of late a few have another cause, and teach what is usual.
 *
 * A service that fails a share of its requests, however few are in flight, must not be sent ever less for
 * it. A decrease after silent refusals is a trial too: if as many are refused after it, it was for nothing,
 * and so many are usual. What would be gained by another limit trials show, which count what succeeds.
 */
export class AdaptiveNoise {
  #spokenShare = 0;
  #silentShare = 0;
  #ends = 0;
  #spoken = 0;
  #silent = 0;
  /** What was refused at the last decrease, until it is known whether that helped; and what came since. */
  #cutShare: number | null = null;
  #endsSinceCut = 0;
  #silentSinceCut = 0;

  /** One more end that tells anything. */
  count(refusal: Refusal | null): void {
    this.#ends++;
    if (refusal === 'spoken') this.#spoken++;
    else if (refusal === 'silent') this.#silent++;
  }

  /** Counts from nothing again: the limit changed. */
  clear(): void {
    this.#ends = this.#spoken = this.#silent = 0;
  }

  /**
   * A window at the limit that holds has passed.
   * @param isLow it is far below one that was served
   * @returns whether the last decrease has turned out to have been for nothing
   */
  learn(isLow: boolean): boolean {
    const ends = Math.max(1, this.#ends);
    const spoken = Math.min(maxNoise, this.#spoken / ends);
    // Elsewhere a window that was cut short teaches nothing, so that those that pass have too few.
    if (isLow) this.#spokenShare += noiseWeight * (spoken - this.#spokenShare);
    else if (spoken < this.#spokenShare) this.#spokenShare += noiseForgets * (spoken - this.#spokenShare);
    if (this.#spokenShare < leastShare) this.#spokenShare = 0;
    if (this.#cutShare !== null) return this.#judgeCut(this.#cutShare);
    this.#silentShare += (this.#silent - this.#silentShare * ends) / (ends + silentMemory);
    if (this.#silentShare < leastShare) this.#silentShare = 0;
    return false;
  }

  /** A decrease followed the silent refusal that was counted last; so many others of so many in flight were refused as well. */
  learnCut(refused: number, of: number): void {
    const before = (this.#silent - 1) / Math.max(1, this.#ends - 1);
    this.#cutShare = Math.min(0.95, Math.max(before, refused / Math.max(1, of)));
    this.#silentShare = Math.max(this.#silentShare, this.#cutShare);
    this.#endsSinceCut = this.#silentSinceCut = 0;
  }

  /** Whether the refusals that were counted are tolerated. `isTrial`: more is being tried just now, and little counts. */
  tolerates(refusal: Refusal, isTrial: boolean, isLow: boolean): boolean {
    if (refusal === 'spoken') {
      const share = isLow ? maxNoise : 3 * this.#spokenShare;
      return this.#spoken <= (share === 0 ? 0 : spokenChance + share * this.#ends);
    }
    const expected = this.#silentShare * this.#ends;
    const usual = expected === 0 ? 0 : silentChance + usualTimes * expected + usualSigmas * Math.sqrt(expected);
    return this.#silent <= (isTrial ? usual : Math.max(usual, silentCount, silentShare * this.#ends));
  }

  #judgeCut(cutShare: number): boolean {
    this.#endsSinceCut += this.#ends;
    this.#silentSinceCut += this.#silent;
    const expected = cutShare * this.#endsSinceCut;
    if (cutShare > 0 && expected < enoughExpected) return false;
    this.#cutShare = null;
    this.#silentShare = this.#silentSinceCut / Math.max(1, this.#endsSinceCut);
    return cutShare > 0 && this.#silentSinceCut >= futileShare * expected;
  }
}
