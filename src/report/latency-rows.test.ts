import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { latencyRows } from './latency-rows.ts';

function rowsOf(...values: number[]): unknown {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return latencyRows(histogram.buckets());
}

test('rows go by 1, 2, 5, from the first that holds something to the last, without a gap', () => {
  expect(rowsOf(3, 4, 15, 80, 99)).toEqual([
    { highMs: 5, count: 2 },
    { highMs: 10, count: 0 },
    { highMs: 20, count: 1 },
    { highMs: 50, count: 0 },
    { highMs: 100, count: 2 },
  ]);
});

test('rows go by powers of ten where there would be too many', () => {
  expect(rowsOf(0.002, 0.5, 7, 70, 700, 70_000)).toEqual([
    { highMs: 0.01, count: 1 },
    { highMs: 0.1, count: 0 },
    { highMs: 1, count: 1 },
    { highMs: 10, count: 1 },
    { highMs: 100, count: 1 },
    { highMs: 1000, count: 1 },
    { highMs: 10_000, count: 0 },
    { highMs: 100_000, count: 1 },
  ]);
});

test('no latencies make no rows', () => {
  expect(rowsOf()).toEqual([]);
});
