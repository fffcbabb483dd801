import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { Alarm } from './alarm.ts';

const dayMs = 86_400_000;

test('rings once at its time, also after longer than a timer of Node can wait', () => {
  for (const delayMs of [0, 1, 100 * dayMs]) {
    const clock = new FakeClock();
    const rung: number[] = [];
    const alarm = new Alarm(clock, delayMs, () => rung.push(clock.now()));
    expect(clock.nextMs).toBeLessThan(2 ** 31);
    clock.advance(200 * dayMs);
    expect(rung).toEqual([delayMs]);
    expect(clock.pending).toBe(0);
    alarm.clear();
  }
});

test('cleared, it leaves no timer', () => {
  const clock = new FakeClock();
  const alarm = new Alarm(clock, 30 * dayMs, () => expect.unreachable());
  clock.advance(26 * dayMs);
  expect(clock.pending).toBe(1);
  alarm.clear();
  expect(clock.pending).toBe(0);
});

test('a time that has passed is at once, and Infinity is never', () => {
  const clock = new FakeClock();
  let rung = 0;
  const never = new Alarm(clock, Infinity, () => rung++);
  expect(clock.pending).toBe(0);
  const passed = new Alarm(clock, -5, () => rung++);
  clock.advance(0);
  expect(rung).toBe(1);
  passed.clear();
  never.clear();
});
