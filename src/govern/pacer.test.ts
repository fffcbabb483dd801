import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

test('a rate is never exceeded in any window, and is reached', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 37 }), (count, stepMs) => {
      const pacer = new Pacer({ count, perMs: 1000 });
      const passed: number[] = [];
      for (let nowMs = 0; nowMs < 3000; nowMs += stepMs / 10) {
        while (pacer.waitMs(nowMs) === 0) {
          pacer.take(nowMs);
          passed.push(nowMs);
        }
      }
      for (const windowMs of [100, 500, 1000]) {
        const allowed = (count / 1000) * (windowMs + 5) + 1;
        let from = 0;
        for (let to = 0; to < passed.length; to++) {
          while ((passed[to] ?? 0) - (passed[from] ?? 0) >= windowMs) from++;
          expect(to - from + 1).toBeLessThanOrEqual(Math.ceil(allowed));
        }
      }
      expect(passed.length).toBeGreaterThanOrEqual(Math.floor(count * 2.95));
    }),
    { numRuns: 12 },
  );
});

test('the first window has no burst', () => {
  const pacer = new Pacer({ count: 10, perMs: 1000 });
  pacer.take(0);
  expect(pacer.waitMs(0)).toBe(100);
  expect(pacer.waitMs(99)).toBe(1);
  expect(pacer.waitMs(100)).toBe(0);
});

test('time that was not used is not saved up', () => {
  const pacer = new Pacer({ count: 10, perMs: 1000 });
  pacer.take(0);
  pacer.take(60_000);
  expect(pacer.waitMs(60_000)).toBe(100);
});
