import { describe, expect, test } from 'vitest';
import { RateMeter } from './rate-meter.ts';

/** Marks so many events in each second, evenly, from the start on. */
function steady(meter: RateMeter, startMs: number, seconds: number, perSecond: number): void {
  for (let at = 0; at < seconds * perSecond; at++) meter.mark(startMs + (at * 1000) / perSecond);
}

describe('RateMeter', () => {
  test('gives the rate of a steady flow at any moment', () => {
    for (const atMs of [500, 1000, 3300, 6000, 9999, 60_400]) {
      const meter = new RateMeter(77);
      const upTo = Math.ceil(atMs / 10);
      for (let event = 0; event < upTo; event++) meter.mark(77 + event * 10);
      expect(meter.perSecond(77 + atMs)).toBeCloseTo(100, 0);
    }
  });

  test('forgets what was more than six seconds ago', () => {
    const meter = new RateMeter(0);
    steady(meter, 0, 3, 1000);
    expect(meter.perSecond(3000)).toBe(1000);
    expect(meter.perSecond(6000)).toBeCloseTo(2000 / 5, 6);
    expect(meter.perSecond(8999)).toBe(0);
    meter.mark(100_000);
    expect(meter.perSecond(100_500)).toBeCloseTo(1 / 5.5, 6);
  });

  test('is not absurd in the first moments', () => {
    const meter = new RateMeter(5);
    expect(meter.perSecond(5)).toBe(0);
    for (let event = 0; event < 10; event++) meter.mark(5);
    expect(meter.perSecond(5)).toBe(40);
  });
});
