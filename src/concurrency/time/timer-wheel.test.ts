import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { Clock } from '../clock.ts';
import { Timeout, TimerWheel } from './timer-wheel.ts';

function recorder(clock: FakeClock, fired: [string, number][], name: string): Timeout {
  return new Timeout({ onTimeout: () => fired.push([name, clock.now()]) });
}

test('a timeout fires once, at its time or within one tick after it', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, 10);
  const fired: [string, number][] = [];
  wheel.set(recorder(clock, fired, 'a'), 25);
  clock.advance(24);
  expect(fired).toEqual([]);
  clock.advance(11);
  expect(fired).toHaveLength(1);
  clock.advance(60_000);
  expect(fired).toHaveLength(1);
  expect(wheel.size).toBe(0);
});

test('what is cleared does not fire, and an empty wheel leaves no timer behind', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const fired: [string, number][] = [];
  const timeout = recorder(clock, fired, 'a');
  wheel.set(timeout, 100);
  expect(clock.pending).toBe(1);
  wheel.clear(timeout);
  wheel.clear(timeout);
  expect(clock.pending).toBe(0);
  clock.advance(1000);
  expect(fired).toEqual([]);
});

test('an owner may clear and set others, and itself, while it fires', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, 10);
  const fired: string[] = [];
  const victim = new Timeout({ onTimeout: () => fired.push('victim') });
  let rounds = 0;
  const again: Timeout = new Timeout({
    onTimeout: () => {
      fired.push('again');
      wheel.clear(victim);
      if (++rounds < 3) wheel.set(again, 50);
    },
  });
  wheel.set(again, 50);
  wheel.set(victim, 50);
  clock.advance(1000);
  expect(fired).toEqual(['again', 'again', 'again']);
});

test('nothing wakes the process before something may be due', () => {
  const clock = new FakeClock();
  let wakes = 0;
  const counting: Clock = {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    soon: (callback) => clock.soon(callback),
    clearTimer: (handle) => clock.clearTimer(handle),
    setTimer: (delayMs, callback) =>
      clock.setTimer(delayMs, () => {
        wakes++;
        callback();
      }),
  };
  const wheel = new TimerWheel(counting, 10);
  const fired: [string, number][] = [];
  wheel.set(recorder(clock, fired, 'late'), 30_000);
  wheel.set(recorder(clock, fired, 'early'), 1_000);
  clock.advance(2_000);
  expect([wakes, fired]).toEqual([1, [['early', 1_000]]]);
  clock.advance(30_000);
  expect(fired.slice(1)).toEqual([['late', 30_000]]);
  expect(wakes).toBeLessThan(6);
});

test('any mix of delays, far beyond one round of the wheel, fires each within one tick', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 500 })), { maxLength: 60 }),
      (plan) => {
        const clock = new FakeClock();
        const wheel = new TimerWheel(clock, 10);
        const late: number[] = [];
        let count = 0;
        for (const [delayMs, gapMs] of plan) {
          clock.advance(gapMs);
          const dueMs = clock.now() + delayMs;
          const timeout = new Timeout({
            onTimeout: () => {
              count++;
              late.push(clock.now() - dueMs);
            },
          });
          wheel.set(timeout, delayMs);
        }
        clock.advance(70_000);
        expect(count).toBe(plan.length);
        for (const ms of late) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(20);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('the timer lets the process end while only timeouts of the background are set', () => {
  const clock = new FakeClock();
  const set: (boolean | undefined)[] = [];
  const observed: Clock = {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    soon: (callback) => clock.soon(callback),
    clearTimer: (handle) => clock.clearTimer(handle),
    setTimer: (delayMs, callback, background) => {
      set.push(background);
      return clock.setTimer(delayMs, callback);
    },
  };
  const wheel = new TimerWheel(observed, 10);
  const background = new Timeout({ onTimeout: () => undefined }, true);
  const needed = new Timeout({ onTimeout: () => undefined });
  wheel.set(background, 1000);
  expect(set.splice(0)).toEqual([true]);
  wheel.set(needed, 25);
  expect(set.splice(0)).toEqual([false]);
  clock.advance(40);
  expect(set.splice(0)).toEqual([true]);
  wheel.set(needed, 1000);
  wheel.set(needed, 1000);
  wheel.clear(needed);
  wheel.clear(needed);
  clock.advance(10);
  expect([set.at(-1), clock.pending]).toEqual([true, 1]);
  wheel.clear(background);
  expect(clock.pending).toBe(0);
});
