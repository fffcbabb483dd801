import { expect, test } from 'vitest';
import { StartedMarks } from './started-marks.ts';

/** What each mark covers when a record starts every so many milliseconds. */
function marksAt(everyMs: number, records: number): number[] {
  const marks = new StartedMarks();
  const sizes: number[] = [];
  for (let index = 0; index < records;) {
    const size = marks.next(index * everyMs);
    sizes.push(size);
    index += size;
  }
  return sizes;
}

test('a slow run comes to have a mark for each record', () => {
  expect(marksAt(20, 20)).toEqual([8, 4, 2, 1, 1, 1, 1, 1, 1]);
});

test('a quick one has no more than a hundred or two a second, and each covers some milliseconds', () => {
  for (const perSecond of [500, 5000, 50_000]) {
    const sizes = marksAt(1000 / perSecond, 10 * perSecond);
    expect(sizes.length).toBeLessThan(10 * 200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual((perSecond / 1000) * 40);
  }
});

test('the quickest have one for 1,024, after the first few', () => {
  const sizes = marksAt(0.001, 100_000);
  expect(sizes.slice(0, 9)).toEqual([8, 16, 32, 64, 128, 256, 512, 1024, 1024]);
  expect(new Set(sizes.slice(8))).toEqual(new Set([1024]));
});

test('what was quick and is slow now comes down to one', () => {
  const marks = new StartedMarks();
  for (let count = 0; count < 20; count++) marks.next(0);
  const sizes = Array.from({ length: 11 }, (_, count) => marks.next(1000 * (count + 1)));
  expect(sizes).toEqual([512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1]);
});
