// How long to wait before another attempt: exponential with full jitter (Brooker, "Exponential
// Backoff And Jitter", AWS Architecture Blog, 2015), so that clients that failed together do not come
// back together.

import type { Random } from '../concurrency/random.ts';

const baseMs = 500;
const capMs = 30_000;

/**
 * The wait before attempt `attempts + 1`, in milliseconds: evenly distributed between 0 and
 * 500 ms doubled for each attempt made after the first, at most 30 s.
 */
export function backoffMs(attempts: number, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempts - 1));
}
