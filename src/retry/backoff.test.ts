import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import { backoffDelayMs, backoffFrom, defaultBackoff } from './backoff.ts';

test.each([
  [1, 500],
  [2, 1000],
  [5, 8000],
  [20, 30_000],
])('after %i attempts the wait is anywhere between 0 and %i ms', (attempts, boundMs) => {
  const random = seededRandom(attempts);
  const samples = Array.from({ length: 2000 }, () => backoffDelayMs(attempts, defaultBackoff, random));
  expect(Math.max(...samples)).toBeLessThan(boundMs);
  expect(Math.max(...samples)).toBeGreaterThan(boundMs * 0.98);
  expect(Math.min(...samples)).toBeLessThan(boundMs * 0.02);
});

const ms = fc.integer({ min: 1, max: 2 ** 31 - 1 });

test('no wait is longer than the longest, the first than the first bound, and another than twice the bound before', () => {
  const law = fc.property(ms, ms, fc.integer({ min: 1, max: 5000 }), (one, other, attempts) => {
    const bounds = { backoffMs: Math.min(one, other), maxBackoffMs: Math.max(one, other) };
    const boundMs = (count: number): number => backoffDelayMs(count, bounds, () => 1);
    expect(boundMs(1)).toBe(bounds.backoffMs);
    expect(boundMs(attempts)).toBeLessThanOrEqual(bounds.maxBackoffMs);
    expect(boundMs(attempts + 1)).toBe(Math.min(bounds.maxBackoffMs, 2 * boundMs(attempts)));
    expect(backoffDelayMs(attempts, bounds, () => 0.25)).toBe(boundMs(attempts) / 4);
  });
  fc.assert(law);
});

test('what is given holds, and what is not given makes room for it', () => {
  expect(backoffFrom({})).toEqual({ backoffMs: 500, maxBackoffMs: 30_000 });
  expect(backoffFrom({ backoffMs: 60_000 })).toEqual({ backoffMs: 60_000, maxBackoffMs: 60_000 });
  expect(backoffFrom({ maxBackoffMs: 100 })).toEqual({ backoffMs: 100, maxBackoffMs: 100 });
  const usual = { backoffMs: 10, maxBackoffMs: 20 };
  const law = fc.property(fc.option(ms, { nil: undefined }), fc.option(ms, { nil: undefined }), (one, other) => {
    fc.pre(one === undefined || other === undefined || one <= other);
    const { backoffMs, maxBackoffMs } = backoffFrom({ backoffMs: one, maxBackoffMs: other }, usual);
    expect(backoffMs).toBe(one ?? Math.min(10, other ?? 10));
    expect(maxBackoffMs).toBe(other ?? Math.max(20, one ?? 20));
    expect(backoffMs).toBeLessThanOrEqual(maxBackoffMs);
  });
  fc.assert(law);
});
