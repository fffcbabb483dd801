import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

/** Takes as many as may go now. */
function drain(budget: RetryBudget, nowMs: number): number {
  let taken = 0;
  while (budget.waitMs(nowMs) === 0) {
    budget.take(nowMs);
    taken++;
  }
  return taken;
}

test('the reserve is a hundred', () => {
  expect(drain(new RetryBudget(), 0)).toBe(100);
  expect(drain(new RetryBudget(), 12_345.6)).toBe(100);
});

test('a success earns a retry', () => {
  const budget = new RetryBudget();
  drain(budget, 0);
  expect(budget.waitMs(0)).toBeGreaterThan(0);
  budget.succeeded();
  expect(drain(budget, 0)).toBe(1);
});

test('ten a second go when nothing succeeds', () => {
  const budget = new RetryBudget();
  drain(budget, 0);
  let nowMs = 0;
  let retries = 0;
  while (nowMs < 60_000) {
    nowMs += budget.waitMs(nowMs);
    budget.take(nowMs);
    retries++;
  }
  expect(retries).toBeGreaterThan(590);
  expect(retries).toBeLessThanOrEqual(601);
});

test('the wait is exact to a millisecond', () => {
  const budget = new RetryBudget();
  drain(budget, 0);
  const waitMs = budget.waitMs(0);
  expect(waitMs).toBe(101);
  expect(budget.waitMs(waitMs - 1.1)).toBeGreaterThan(0);
  expect(budget.waitMs(waitMs)).toBe(0);
});

test('as much as succeeded lately may be retried, not as what once did', () => {
  const budget = new RetryBudget();
  // 1,000 successes a second for ten minutes, and a look at it each second.
  for (let second = 0; second < 600; second++) {
    for (let count = 0; count < 1_000; count++) budget.succeeded();
    budget.waitMs(second * 1_000);
  }
  const taken = drain(budget, 600_000);
  expect(taken).toBeGreaterThan(8_000);
  expect(taken).toBeLessThan(11_200);
});

test('what nobody looked at for long counts as it came: evenly', () => {
  const budget = new RetryBudget();
  budget.waitMs(0);
  for (let count = 0; count < 100_000; count++) budget.succeeded();
  const taken = drain(budget, 100_000);
  expect(taken).toBeGreaterThan(9_800);
  expect(taken).toBeLessThan(10_400);
});

test('a budget that nobody uses for a year has its reserve', () => {
  const budget = new RetryBudget();
  drain(budget, 0);
  expect(drain(budget, 3e10)).toBe(100);
});

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('succeed' as const), count: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant('pass' as const), count: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({ kind: fc.constant('retry' as const), count: fc.integer({ min: 1, max: 300 }) }),
  ),
  { maxLength: 200 },
);

test('for any history: no more than a share, a reserve and a trickle; and none waits forever', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), steps, (startMs, history) => {
      const budget = new RetryBudget();
      let nowMs = startMs;
      let successes = 0;
      let retries = 0;
      for (const { kind, count } of history) {
        if (kind === 'pass') nowMs += count / 7;
        const times = kind === 'pass' ? 0 : count;
        for (let done = 0; done < times; done++) {
          if (kind === 'succeed') {
            budget.succeeded();
            successes++;
          } else if (budget.waitMs(nowMs) === 0) {
            budget.take(nowMs);
            retries++;
          }
        }
        expect(retries).toBeLessThanOrEqual(successes + 100 + (nowMs - startMs) / 100 + 1e-6);
        const waitMs = budget.waitMs(nowMs);
        expect(waitMs).toBeLessThanOrEqual(102);
        expect(budget.waitMs(nowMs + waitMs)).toBe(0);
        nowMs += waitMs;
      }
    }),
    { numRuns: 200 },
  );
});
