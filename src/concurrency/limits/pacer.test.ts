import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

interface Passed {
  readonly atMs: number;
  units: number;
}

/** Units in the window that ends at a time, as they are known by then. */
function unitsUntil(passed: readonly Passed[], nowMs: number, perMs: number): number {
  return passed.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < perMs).reduce((sum, { units }) => sum + units, 0);
}

const rates = fc.record({
  count: fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 13, max: 3000 }),
    fc.double({ min: 0.3, max: 9, noNaN: true }),
  ),
  perMs: fc.constantFrom(100, 1000, 60_000),
});
/** How a caller goes on: it waits as told and is late, sends at once, or stays away for a while. */
const steps = fc.array(
  fc.record({
    lateShare: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.004, noNaN: true })),
    awayShare: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.double({ min: 0, max: 1.5, noNaN: true })),
    costShare: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true }), fc.constant(1.7)),
    realShare: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
    answeredAfter: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 50, maxLength: 250 },
);

describe('never more than the rate, in any window', () => {
  test('requests that cost one, at any time', () => {
    fc.assert(
      fc.property(rates, steps, (rate, taking) => {
        const pacer = new Pacer(rate);
        const passed: Passed[] = [];
        let nowMs = 0;
        for (const { lateShare, awayShare } of taking) {
          nowMs += awayShare * rate.perMs;
          const waitMs = pacer.waitMs(nowMs);
          if (waitMs > 0) nowMs += waitMs + lateShare * rate.perMs;
          while (pacer.waitMs(nowMs) === 0) {
            pacer.take(nowMs);
            passed.push({ atMs: nowMs, units: 1 });
            expect(unitsUntil(passed, nowMs, rate.perMs)).toBeLessThanOrEqual(Math.max(1, rate.count * (1 + 1e-8)));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('any costs, and costs that are known when the answer is there', () => {
    fc.assert(
      fc.property(rates, steps, (rate, taking) => {
        const pacer = new Pacer(rate);
        const passed: Passed[] = [];
        let nowMs = 0;
        taking.forEach(({ lateShare, awayShare, costShare, realShare, answeredAfter }, step) => {
          nowMs += awayShare * rate.perMs;
          const cost = costShare * rate.count;
          for (let waitMs = pacer.waitMs(nowMs, cost); waitMs > 0; waitMs = pacer.waitMs(nowMs, cost))
            nowMs += waitMs + lateShare * rate.perMs;
          pacer.take(nowMs, cost);
          const others = unitsUntil(passed, nowMs, rate.perMs);
          const most = cost === 0 ? Infinity : Math.max(rate.count, cost);
          expect(others + cost).toBeLessThanOrEqual(most * (1 + 1e-6));
          const one = { atMs: nowMs, units: cost };
          passed.push(one);
          const answered = passed[step - answeredAfter];
          if (answered === undefined || realShare === null) return;
          const delta = answered.units * (realShare - 1);
          pacer.correct(nowMs, delta, answered.atMs);
          if (delta < 0) answered.units += delta;
          else passed.push({ atMs: nowMs, units: delta });
        });
      }),
      { numRuns: 150 },
    );
  });

  test('what is given back without a time is taken from the oldest', () => {
    const pacer = new Pacer({ count: 10, perMs: 1000 });
    pacer.take(0, 5);
    pacer.take(500, 5);
    pacer.correct(600, -4);
    expect(pacer.statistics(600).used).toBe(6);
    expect(pacer.waitMs(600, 5)).toBe(400);
    expect(pacer.waitMs(1000, 5)).toBe(0);
    expect(pacer.statistics(1000).used).toBe(5);
  });

  test('what has left the window cannot be given back to it', () => {
    const pacer = new Pacer({ count: 10, perMs: 1000 });
    pacer.take(0, 5);
    pacer.take(900, 5);
    pacer.correct(1000, -4, 0);
    expect(pacer.statistics(1000).used).toBe(5);
  });
});

describe('the rate is reached', () => {
  test.each([
    [1, 1000],
    [10, 1000],
    [100, 1000],
    [5000, 1000],
    [50_000, 1000],
    [500, 60_000],
    [90_000, 60_000],
  ])('%i in %i ms, with timers that fire 1 to 2 ms late', (count, perMs) => {
    const pacer = new Pacer({ count, perMs });
    const untilMs = 10 * perMs;
    let passed = 0;
    let late = 0;
    for (let nowMs = 0; nowMs < untilMs; nowMs += Math.max(1, pacer.waitMs(nowMs)) + 1 + (late++ % 11) / 10) {
      for (; pacer.waitMs(nowMs) === 0; passed++) pacer.take(nowMs);
    }
    expect(passed).toBeGreaterThanOrEqual(count * 10 * 0.995);
    expect(passed).toBeLessThanOrEqual(count * 10);
  });

  test('also when the costs were thought to be higher', () => {
    const pacer = new Pacer({ count: 60_000, perMs: 60_000 });
    const open: Array<{ atMs: number; doneMs: number }> = [];
    let passed = 0;
    for (let nowMs = 0; nowMs < 600_000; nowMs += 2) {
      for (let done = open[0]; done !== undefined && done.doneMs <= nowMs; done = open[0]) {
        pacer.correct(nowMs, -100, done.atMs);
        open.shift();
      }
      if (pacer.waitMs(nowMs, 200) > 0) continue;
      pacer.take(nowMs, 200);
      passed += 100;
      open.push({ atMs: nowMs, doneMs: nowMs + 1000 + (passed % 7) * 100 });
    }
    expect(passed).toBeGreaterThan(600_000 * 0.965);
    expect(passed).toBeLessThanOrEqual(600_000);
  });

  test('after a pause of the event loop a few milliseconds are made up for, no more', () => {
    const pacer = new Pacer({ count: 1000, perMs: 1000 });
    pacer.take(0);
    let passed = 0;
    for (; pacer.waitMs(41) === 0; passed++) pacer.take(41);
    expect(passed).toBe(11);
  });
});

describe('evenly', () => {
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

  test('neither is time that was given back and not used', () => {
    const pacer = new Pacer({ count: 1000, perMs: 1000 });
    pacer.take(0, 500);
    pacer.correct(300, -400, 0);
    pacer.take(5000, 100);
    expect(pacer.waitMs(5000, 100)).toBe(100);
  });

  test('a cost keeps the next away for as many intervals', () => {
    const pacer = new Pacer({ count: 10, perMs: 1000 });
    pacer.take(0, 3);
    expect(pacer.waitMs(0)).toBe(300);
    pacer.correct(100, -2, 0);
    expect(pacer.waitMs(100)).toBe(0);
  });

  test('a cost above the rate passes alone, and delays what follows by all it cost', () => {
    const pacer = new Pacer({ count: 10, perMs: 1000 });
    pacer.take(0, 1);
    expect(pacer.waitMs(0, 25)).toBe(1000);
    pacer.take(1000, 25);
    expect(pacer.waitMs(1000, 1)).toBe(2500);
  });

  test('what costs nothing waits for nothing', () => {
    const pacer = new Pacer({ count: 1, perMs: 1000 });
    pacer.take(0);
    expect(pacer.waitMs(0, 0)).toBe(0);
    pacer.take(0, 0);
    expect(pacer.waitMs(0)).toBe(1000);
  });
});

test('the wait that is told is enough, and always moves the time on', () => {
  fc.assert(
    fc.property(rates, fc.double({ min: 0, max: 1e9, noNaN: true }), (rate, startMs) => {
      const pacer = new Pacer(rate);
      let nowMs = startMs;
      let taken = 0;
      for (let asked = 0; taken < 50 && asked < 200; asked++) {
        const waitMs = pacer.waitMs(nowMs);
        nowMs += waitMs;
        if (waitMs > 0) continue;
        pacer.take(nowMs);
        taken++;
      }
      expect(taken).toBe(50);
    }),
  );
});

test('memory does not depend on the rate', () => {
  const pacer = new Pacer({ count: 1e6, perMs: 1000 });
  for (let nowMs = 0; nowMs < 3000; nowMs += 0.05) if (pacer.waitMs(nowMs) === 0) pacer.take(nowMs);
  expect(pacer.statistics(3000).slices).toBeLessThanOrEqual(1002);
  expect(pacer.statistics(3000).slices).toBeGreaterThan(900);
});
