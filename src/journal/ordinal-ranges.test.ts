import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRanges, writeRanges } from './ordinal-ranges.ts';

const ascending = fc
  .uniqueArray(fc.oneof(fc.nat({ max: 60 }), fc.maxSafeNat()))
  .map((all) => all.toSorted((a, b) => a - b));

test.each([
  [[], ''],
  [[0], '0'],
  [[0, 1], '0-1'],
  [[1, 3, 5], '1,3,5'],
  [[0, 1, 2, 3, 4, 7, 9, 10], '0-4,7,9-10'],
])('%j is %j', (ordinals, text) => {
  expect(writeRanges(ordinals)).toBe(text);
  expect(readRanges(text)).toEqual(ordinals);
});

test('any set comes back as it was, and is written in the shortest way', () => {
  fc.assert(
    fc.property(ascending, (ordinals) => {
      const text = writeRanges(ordinals);
      expect(readRanges(text)).toEqual(ordinals);
      const gaps = ordinals.filter((ordinal, at) => at > 0 && ordinal !== (ordinals[at - 1] ?? 0) + 1).length;
      expect(text === '' ? 0 : text.split(',').length).toBe(ordinals.length === 0 ? 0 : gaps + 1);
    }),
  );
});

test.each(['a', '1-', '-1', '1,,2', '1-2-3', ' 1'])('%j is no set', (text) => {
  expect(() => readRanges(text)).toThrow('is not a range of ordinals');
});
