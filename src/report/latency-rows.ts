// Latencies in a few rows that a person can read: 1, 2, 5, 10, 20, 50 ... milliseconds.
// Invariant: the rows hold what the buckets held, without a gap between the first and the last.

import type { LatencyBucket } from './histogram.ts';

/** How many latencies were below `highMs`, and not below the row before. */
export interface LatencyRow {
  readonly highMs: number;
  readonly count: number;
}

const fine = [1, 2, 5];
const coarse = [1];
const mostRows = 12;

/** Sums buckets up by steps of 1, 2, 5; by powers of ten where that would be too many rows. */
export function latencyRows(buckets: readonly LatencyBucket[]): LatencyRow[] {
  const rows = sumUp(buckets, fine);
  return rows.length <= mostRows ? rows : sumUp(buckets, coarse);
}

function sumUp(buckets: readonly LatencyBucket[], steps: readonly number[]): LatencyRow[] {
  const rows: { highMs: number; count: number }[] = [];
  const edges = edgesOf(steps);
  let row: { highMs: number; count: number } | null = null;
  for (const { lowMs, highMs, count } of buckets) {
    const middleMs = (lowMs + highMs) / 2;
    while (row === null || middleMs >= row.highMs) {
      const { value } = edges.next();
      if (row !== null || middleMs < value) rows.push((row = { highMs: value, count: 0 }));
    }
    row.count += count;
  }
  return rows;
}

/** Powers of ten times the steps, from a hundredth of a millisecond on. */
function* edgesOf(steps: readonly number[]): Generator<number, never> {
  for (let exponent = -2; ; exponent++) {
    for (const step of steps) yield Number(`${step}e${exponent}`);
  }
}
