import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeSeries } from './time-series.ts';

function seriesOf(times: Iterable<number>): TimeSeries {
  const series = new TimeSeries();
  for (const atMs of times) series.add(atMs);
  return series;
}

describe('TimeSeries', () => {
  test('tells when things happened', () => {
    const series = seriesOf([10_000, 10_100, 10_300, 11_000]);
    expect([series.firstMs, series.lastMs]).toEqual([10_000, 11_000]);
    // Slots of 250 ms: 2, 1, 0, 0, 1.
    expect(series.perSecond(80)).toEqual([8, 4, 0, 0, 4]);
    // Pairs of them, aligned to half a second.
    expect(series.perSecond(3)).toEqual([6, 0, 2]);
  });

  test('the order of the times does not matter, nothing is lost, and slots stay few', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.integer({ min: 2, max: 100 }), (values, most) => {
        const series = seriesOf(values);
        const rates = series.perSecond(most);
        expect(rates.length).toBeLessThanOrEqual(most);
        expect(seriesOf(values.toReversed()).perSecond(most)).toEqual(rates);
        expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
        expect(rates[0]).toBeGreaterThan(0);
        expect(rates.at(-1)).toBeGreaterThan(0);
        // Nothing is lost if the mean rate over all slots gives back a width that slots can have.
        const sum = rates.reduce((total, rate) => total + rate, 0);
        const doublings = Math.log2((1000 * values.length) / sum / 250);
        expect(doublings).toBeCloseTo(Math.round(doublings), 9);
      }),
    );
  });

  test('an hour at 10 a second stays 10 a second', () => {
    const series = seriesOf(Array.from({ length: 36_000 }, (_, at) => 1_700_000_000_000 + at * 100));
    const rates = series.perSecond(60);
    expect(rates.length).toBeGreaterThan(30);
    for (const rate of rates.slice(1, -1)) expect(rate).toBeCloseTo(10, 5);
  });

  test('is empty before anything happened', () => {
    expect(new TimeSeries().perSecond(10)).toEqual([]);
  });
});
