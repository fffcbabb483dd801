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
