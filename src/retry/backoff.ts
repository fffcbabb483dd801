// How long to wait before another attempt: exponential with full jitter (Brooker, "Exponential
// Backoff And Jitter", AWS Architecture Blog, 2015), so that clients that failed together do not come
// back together. What a server asked for is not known here.

import type { Random } from '../concurrency/random.ts';

/** Between which bounds waits are. Invariant: 0 < backoffMs <= maxBackoffMs. */
export interface Backoff {
  /** The wait after the first attempt is random, up to this; after each further one up to twice as much. */
  readonly backoffMs: number;
  /** No wait is longer. */
  readonly maxBackoffMs: number;
}

/** What it is if nobody says otherwise. */
export const defaultBackoff: Backoff = Object.freeze({ backoffMs: 500, maxBackoffMs: 30_000 });

/** The bounds that were given, both or one: what was not given is as usual, or yields to what was. */
export function backoffFrom(
  given: { readonly [Key in keyof Backoff]?: Backoff[Key] | undefined },
  usual: Backoff = defaultBackoff,
): Backoff {
  const { backoffMs, maxBackoffMs } = given;
  return {
    backoffMs: backoffMs ?? Math.min(usual.backoffMs, maxBackoffMs ?? Infinity),
    maxBackoffMs: maxBackoffMs ?? Math.max(usual.maxBackoffMs, backoffMs ?? 0),
  };
}

/** The wait after so many attempts, in milliseconds: evenly distributed between 0 and its bound. */
export function backoffDelayMs(attempts: number, { backoffMs, maxBackoffMs }: Backoff, random: Random): number {
  return random() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempts - 1));
}
