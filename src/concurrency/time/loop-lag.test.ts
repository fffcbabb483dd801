import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { TimerHandle } from '../clock.ts';
import { LoopLag } from './loop-lag.ts';

/** A clock whose timers fire late, by what is next in the list, as those of a blocked event loop do. */
class LateClock extends FakeClock {
  readonly lateness: number[] = [];

  override setTimer(delayMs: number, callback: () => void): TimerHandle {
    return super.setTimer(delayMs + (this.lateness.shift() ?? 0), callback);
  }
}

function setUp(...lateness: number[]): { clock: LateClock; told: [number, number][]; lag: LoopLag } {
  const clock = new LateClock();
  clock.lateness.push(...lateness);
  const told: [number, number][] = [];
  const lag = new LoopLag(clock, (medianMs, worstMs) => told.push([medianMs, worstMs]));
  return { clock, told, lag };
}

test('nothing is late while nothing blocks, and that is told each second', () => {
  const { clock, told, lag } = setUp();
  lag.start();
  clock.advance(5_050);
  expect(told).toEqual(Array.from({ length: 5 }, () => [0, 0]));
});

test('one long pause moves the worst, not the median', () => {
  const { clock, told, lag } = setUp(0, 0, 3, 2_000, 0);
  lag.start();
  clock.advance(2_405);
  expect(told).toEqual([[0, 2_000]]);
});

test('a loop that is blocked again and again moves the median', () => {
  const { clock, told, lag } = setUp(300, 280, 320);
  lag.start();
  clock.advance(1_250);
  expect(told).toEqual([[300, 320]]);
  clock.advance(2_000);
  expect(told.slice(1)).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test('after stop there is no timer, and nothing of before is told after another start', () => {
  const { clock, told, lag } = setUp(500, 0);
  lag.start();
  lag.start();
  expect(clock.pending).toBe(1);
  clock.advance(700);
  lag.stop();
  lag.stop();
  expect(clock.pending).toBe(0);
  clock.advance(5_000);
  expect(told).toEqual([]);
  lag.start();
  clock.advance(1_000);
  expect(told).toEqual([[0, 0]]);
});

test('it may be stopped by whom it tells', () => {
  const clock = new FakeClock();
  let told = 0;
  const lag = new LoopLag(clock, () => {
    told++;
    lag.stop();
  });
  lag.start();
  clock.advance(10_000);
  expect(told).toBe(1);
  expect(clock.pending).toBe(0);
});
