import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, TimeText } from './result-time.ts';

test('a time is what Date makes of it, also after another second', () => {
  const time = new TimeText();
  const anyTime = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: -8.64e15, max: 8.64e15 }));
  fc.assert(
    fc.property(anyTime, (atMs) => {
      expect(time.format(atMs)).toBe(new Date(atMs).toISOString());
    }),
  );
});

test('fractions of a millisecond are left out', () => {
  expect(new TimeText().format(1999.999)).toBe('1970-01-01T00:00:01.999Z');
});

test('a duration is what JavaScript would write of it, rounded to microseconds', () => {
  const anyMs = fc.oneof(
    fc.integer({ min: 0, max: 3_000_000 }).map((micros) => micros / 1000),
    fc.double(),
  );
  fc.assert(
    fc.property(anyMs, (ms) => {
      expect(durationText(ms)).toBe(Number.isFinite(ms) ? String(Math.round(ms * 1000) / 1000) : 'null');
    }),
    { numRuns: 1000 },
  );
  expect([2147483.646, 2147483.647, 2147483.648, -0, -1.5].map(durationText)).toEqual([
    '2147483.646',
    '2147483.647',
    '2147483.648',
    '0',
    '-1.5',
  ]);
});

test('a time that comes back after another is written as before', () => {
  const time = new TimeText();
  expect([1.5, 1.9, 2, 1, 1001, 1].map((atMs) => time.format(atMs).slice(-7))).toEqual([
    '00.001Z',
    '00.001Z',
    '00.002Z',
    '00.001Z',
    '01.001Z',
    '00.001Z',
  ]);
});

test('a duration has three decimals at most', () => {
  expect([0, 12, 12.3, 0.0004, 0.0005, 1234.56789].map(durationText)).toEqual([
    '0',
    '12',
    '12.3',
    '0',
    '0.001',
    '1234.568',
  ]);
  expect([null, Number.NaN, Number.POSITIVE_INFINITY].map(durationText)).toEqual(['null', 'null', 'null']);
});
