import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupedDigits } from './grouped-digits.ts';

test('it is what Intl says', () => {
  const intl = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  const edges = [0, 1, 999, 999.5, 1000, 1234.5, 12_345, 999_999, 1_000_000, 1e12, 2 ** 53, Infinity];
  for (const count of edges) expect(groupedDigits(count)).toBe(intl.format(count));
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.double({ min: 0, max: 1e12, noNaN: true }), (whole, any) => {
      for (const count of [whole, whole % 10_000, any]) expect(groupedDigits(count)).toBe(intl.format(count));
    }),
  );
});
