// Percentiles are held to the exact ones, on random data of many shapes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

/** Nearest rank, from the sorted values. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
}

function histogramOf(values: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('Histogram', () => {
  test('percentiles are within 2 % of the exact ones, from 50 µs to days', () => {
    // Uniform in the exponent, so that every magnitude is met.
    const latency = fc.double({ min: Math.log(0.05), max: Math.log(5e8), noNaN: true }).map((x) => Math.exp(x));
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 400 }), (values) => {
        const histogram = histogramOf(values);
        for (const percent of [0, 1, 50, 90, 95, 99, 99.9, 100]) {
          const exact = exactPercentile(values, percent);
          expect(Math.abs(histogram.percentile(percent) - exact) / exact).toBeLessThan(0.02);
        }
        expect(histogram.maxMs).toBe(Math.max(...values));
        expect(histogram.count).toBe(values.length);
      }),
    );
  });

  test('every magnitude near a power of two stands in the right bucket', () => {
    for (let power = 6; power < 40; power++) {
      for (const micros of [2 ** power - 1, 2 ** power, 2 ** power + 1]) {
        const [bucket, ...others] = histogramOf([micros / 1000]).buckets();
        expect(others).toEqual([]);
        expect(bucket?.count).toBe(1);
        expect(bucket?.lowMs).toBeLessThanOrEqual(micros / 1000);
        expect(bucket?.highMs).toBeGreaterThan(micros / 1000);
      }
    }
  });

  test('buckets join without a gap or an overlap', () => {
    const values = Array.from({ length: 20_000 }, (_, at) => at / 1000);
    const buckets = histogramOf(values).buckets();
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
    expect(buckets.slice(1).map(({ lowMs }) => lowMs)).toEqual(buckets.slice(0, -1).map(({ highMs }) => highMs));
    for (const { lowMs, highMs, count } of buckets)
      expect(count).toBeLessThanOrEqual(Math.round((highMs - lowMs) * 1000));
  });

  test('what is no latency is left out, and what is beyond all bounds counts at the end', () => {
    const histogram = histogramOf([Number.NaN, -1, -0.001]);
    expect(histogram.count).toBe(0);
    expect(histogram.percentile(50)).toBe(0);
    expect(histogram.percentiles()).toBeNull();
    histogram.record(Infinity);
    histogram.record(0);
    expect(histogram.count).toBe(2);
    expect(histogram.percentile(50)).toBe(0);
    expect(histogram.maxMs).toBe(Infinity);
    expect(Number.isFinite(histogram.percentile(100))).toBe(true);
  });

  test('one value is all percentiles', () => {
    expect(histogramOf([0.012]).percentiles()).toEqual({ p50: 0.012, p95: 0.012, p99: 0.012, max: 0.012 });
  });
});
