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
/** Refusals that come whatever is in flight are at most such a share; more has to do with what is in flight. */
const maxNoise = 0.05;
const noiseWeight = 0.2;
const noiseForgets = 0.02;
/** What chance may add to the usual number. */
const chance = 2;

/**
 * Whether an attempt was refused. A record that fails again says something of the record, unless the
 * server says 429. What this machine lacked, what was given up, and names that are not found say nothing.
 */
export function refusalOf(end: AttemptEnd): Refusal | null {
  const { status, code, attempt } = end;
  if (status === 429) return 'spoken';
  if (attempt > 1 || end.outcome === 'success') return null;
  if (status !== null) return status === 503 ? 'spoken' : status === 502 || status === 504 ? 'silent' : null;
  return code !== null && silentCodes.has(code) ? 'silent' : null;
}

/**
 * How many refusals are no reason to send less. The first that a server speaks is one, as a rule; but far
 * below a limit that was served of late a few have another cause, and teach what is usual.
 */
export class AdaptiveNoise {
  #share = 0;
  #ends = 0;
  #refused = 0;

  /** One more end that tells anything. */
  count(isRefused: boolean): void {
    this.#ends++;
    if (isRefused) this.#refused++;
  }

  /** Counts from nothing again: the limit changed. */
  clear(): void {
    this.#ends = this.#refused = 0;
  }

  /** A window has passed. `isLow`: its limit was far below one that was served. */
  learn(isLow: boolean): void {
    const share = Math.min(maxNoise, this.#refused / Math.max(1, this.#ends));
    // Elsewhere a window that was cut short teaches nothing, so that those that pass have too few.
    if (isLow) this.#share += noiseWeight * (share - this.#share);
    else if (share < this.#share) this.#share += noiseForgets * (share - this.#share);
    if (this.#share < 0.001) this.#share = 0;
  }

  /** Whether the refusals that were counted are tolerated. `isTrial`: more is being tried just now, and little counts. */
  tolerates(refusal: Refusal, isTrial: boolean, isLow: boolean): boolean {
    const share = isLow ? maxNoise : 3 * this.#share;
    const usual = share === 0 ? 0 : chance + share * this.#ends;
    if (refusal === 'spoken' || isTrial) return this.#refused <= usual;
    return this.#refused <= Math.max(usual, silentCount, silentShare * this.#ends);
  }
}
