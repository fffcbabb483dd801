import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrdinalSet } from './ordinal-set.ts';

const ordinal = fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 32_700, max: 32_850 }), fc.maxSafeNat());

test('it is a set', () => {
  fc.assert(
    fc.property(fc.array(ordinal), fc.array(ordinal), (added, others) => {
      const set = new OrdinalSet();
      const model = new Set<number>();
      for (const each of added) {
        expect(set.add(each)).toBe(!model.has(each));
        model.add(each);
      }
      for (const each of [...added, ...others]) expect(set.has(each)).toBe(model.has(each));
      expect([set.size, set.end]).toEqual([model.size, added.length === 0 ? 0 : Math.max(...added) + 1]);
    }),
  );
});

test('what was taken out is not in it, and can be added again', () => {
  const set = new OrdinalSet();
  for (const each of [3, 31, 32, 40_000]) set.add(each);
  for (const each of [31, 33, 40_000, 9e15]) set.delete(each);
  expect([3, 31, 32, 40_000].map((each) => set.has(each))).toEqual([true, false, true, false]);
  expect([set.size, set.end, set.add(31), set.size]).toEqual([2, 40_001, true, 3]);
});

test('neighbours on both sides of each border are told apart', () => {
  const set = new OrdinalSet();
  for (let each = 0; each < 70_000; each += 2) set.add(each);
  for (let each = 0; each < 70_000; each++) if (set.has(each) !== (each % 2 === 0)) throw new Error(`wrong: ${each}`);
  expect(set.size).toBe(35_000);
});
