import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRate } from './parse-rate.ts';
import { RateSet } from './rate-set.ts';

function rates(...texts: string[]) {
  return texts.map((text) => parseRate(text, '`rate`'));
}

test('several rates hold at once, each in its own unit', () => {
  const text = fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('s', 'm'), fc.constantFrom('', ':cost'))
    .map(([count, per, unit]) => `${count}/${per}${unit}`);
  const gaps = fc.array(
    fc.record({ awayMs: fc.integer({ min: 0, max: 90 }), cost: fc.integer({ min: 0, max: 400 }) }),
    {
      minLength: 20,
      maxLength: 120,
    },
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), gaps, (texts, sending) => {
      const set = new RateSet(rates(...texts));
      const passed: Array<{ atMs: number; cost: number }> = [];
      let nowMs = 0;
      for (const { awayMs, cost } of sending) {
        nowMs += awayMs;
        for (let waitMs = set.waitMs(nowMs, cost); waitMs > 0; waitMs = set.waitMs(nowMs, cost)) {
          expect(set.rates).toContain(set.binding);
          nowMs += waitMs;
        }
        set.take(nowMs, cost);
        passed.push({ atMs: nowMs, cost });
        for (const { count, perMs, unit } of set.rates) {
          const costs = passed
            .filter(({ atMs }) => nowMs - atMs < perMs)
            .map((one) => (unit === 'cost' ? one.cost : 1));
          const inWindow = costs.reduce((sum, one) => sum + one, 0);
          expect(inWindow).toBeLessThanOrEqual(Math.max(count, ...costs));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the rate that holds longest is named', () => {
  const set = new RateSet(rates('10/s', '60/m', '600/m:cost'));
  expect(set.waitMs(0, 5)).toBe(0);
  expect(set.binding).toBeNull();
  set.take(0, 5);
  expect(set.waitMs(0, 5)).toBe(1000);
  expect(set.binding?.text).toBe('60/m');
  set.correct(0, 15, 0);
  expect(set.waitMs(0, 5)).toBe(2000);
  expect(set.binding?.text).toBe('600/m:cost');
});

test('corrections leave requests alone', () => {
  const set = new RateSet(rates('10/s'));
  set.take(0, 5);
  set.correct(0, 500);
  expect(set.waitMs(0)).toBe(100);
});

test('a set is idle when what passed is out of all windows, not when the next may pass', () => {
  const set = new RateSet(rates('10/s', '60/m:cost'));
  expect(set.isIdle(0)).toBe(true);
  set.take(0, 10);
  expect(set.waitMs(10_000, 10)).toBe(0);
  expect(set.isIdle(59_999)).toBe(false);
  expect(set.isIdle(60_000)).toBe(true);
  set.take(60_000, 90);
  expect(set.isIdle(149_999)).toBe(false);
  expect(set.isIdle(150_000)).toBe(true);
});

test('rates that stay go on where they are when others change', () => {
  const set = new RateSet(rates('1/m', '5/s'));
  set.take(0);
  set.replace(rates('2/s', '1/m'));
  expect(set.waitMs(0)).toBe(60_000);
  set.replace(rates('2/s'));
  expect(set.waitMs(0)).toBe(0);
  set.replace([]);
  set.take(0);
  expect(set.waitMs(0)).toBe(0);
});
