import { expect, test } from 'vitest';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { AdaptiveWindow, newConnection, sampleKind, usedConnection } from './adaptive-window.ts';

function windowOf(kind: number, ...latencies: number[]): AdaptiveWindow {
  const window = new AdaptiveWindow();
  for (const ms of latencies) window.add(kind, ms, 10);
  return window;
}

function times(count: number, ms: number): number[] {
  return Array.from({ length: count }, () => ms);
}

test('elasticity: 0 if all that was added was served at once, 1 if all of it queued, 2 if it did harm', () => {
  const here = windowOf(usedConnection, ...times(50, 999));
  const elasticity = (ms: number): number | undefined =>
    here.compare(50, windowOf(usedConnection, ...times(50, ms)), 100)?.elasticity;
  expect(elasticity(999)).toBeCloseTo(0);
  expect(elasticity(1999)).toBeCloseTo(1);
  expect(elasticity(3999)).toBeCloseTo(2);
  const fewer = here.compare(50, windowOf(usedConnection, ...times(50, 499)), 25);
  expect(fewer?.elasticity).toBeCloseTo(1);
  expect(fewer?.ratio).toBeCloseTo(0.5);
});

test('the error of it follows the variance, the number of samples, and the size of the step', () => {
  const noisy = windowOf(usedConnection, ...times(50, 50), ...times(50, 150));
  const calm = windowOf(usedConnection, ...times(100, 100));
  expect(calm.compare(50, calm, 55)?.error).toBe(0);
  const small = noisy.compare(50, noisy, 55)?.error ?? 0;
  // The standard deviation of one mean is 50 / 101 / sqrt(100), and there are two.
  expect(small).toBeCloseTo((Math.SQRT2 * 50) / 101 / 10 / Math.log(1.1));
  expect(noisy.compare(50, noisy, 100)?.error).toBeLessThan(small / 7);
});

test('short latencies are compared as if they were longer: their noise is no congestion', () => {
  const comparison = windowOf(0, ...times(9, 0.2)).compare(10, windowOf(0, ...times(9, 0.4)), 20);
  expect(comparison?.elasticity).toBeLessThan(0.25);
});

test('like is compared with like, and too little of it with nothing', () => {
  const here = windowOf(usedConnection, ...times(20, 100));
  const there = windowOf(newConnection, ...times(80, 900));
  expect(here.compare(10, there, 20)).toBeNull();
  for (const ms of times(4, 100)) there.add(usedConnection, ms, 20);
  expect(here.compare(10, there, 20)).toBeNull();
  there.add(usedConnection, 100, 20);
  expect(here.compare(10, there, 20)?.elasticity).toBeCloseTo(0);
});

test('which end is of which kind', () => {
  const kinds = [
    sampleAttemptEnd(),
    sampleAttemptEnd({ reused: false }),
    sampleAttemptEnd({ outcome: 'permanent', status: 404 }),
    sampleAttemptEnd({ outcome: 'permanent', status: null, code: 'tls_failed' }),
    sampleAttemptEnd({ outcome: 'transient', status: 500 }),
  ].map(sampleKind);
  expect(kinds).toEqual([usedConnection, newConnection, 2, -1, -1]);
});

test('the limit was used if it was reached, and half of it was in flight on average', () => {
  const burst = new AdaptiveWindow();
  for (let inFlight = 10; inFlight > 0; inFlight--) burst.add(0, 5, inFlight);
  expect(burst.isFull(10)).toBe(true);
  expect(burst.isFull(11)).toBe(false);
  for (const ms of times(20, 5)) burst.add(0, ms, 1);
  expect(burst.isFull(10)).toBe(false);
});

test('what is in flight takes longer than what ends: long ones are met more often', () => {
  expect(windowOf(usedConnection, ...times(90, 10), ...times(10, 1000)).turnoverMs()).toBeCloseTo(10_009_000 / 10_900);
  expect(new AdaptiveWindow().turnoverMs()).toBeNull();
});

test('an older window counts for the share that is kept of it', () => {
  const window = windowOf(usedConnection, ...times(10, 100));
  window.merge(windowOf(usedConnection, ...times(10, 400)), 0.5);
  expect(window.meanMs(usedConnection)).toBeCloseTo((5 * 100 + 10 * 400) / 15);
  window.clear();
  expect(window.meanMs(usedConnection)).toBeNull();
});
