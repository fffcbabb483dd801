// Randomness, as everything here sees it: passed in, so that a test can repeat it.

/** Gives numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** The machine's randomness. Not for secrets. */
export const systemRandom: Random = Math.random;

/** A repeatable sequence for tests and simulations (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
