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

test('whatever comes and goes, what is left is given in ascending order', () => {
  const step = fc.record({ ordinal, isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(ordinal), fc.array(step), (begin, steps) => {
      const set = new OrdinalSet(begin);
      const model = new Set(begin);
      for (const { ordinal: each, isAdded } of steps) {
        if (isAdded) set.add(each);
        else set.delete(each);
        if (isAdded) model.add(each);
        else model.delete(each);
        const ascending = [...model].sort((a, b) => a - b);
        expect([...set]).toEqual(ascending);
        expect([set.first, set.size]).toEqual([ascending[0] ?? null, model.size]);
      }
    }),
  );
});

test('a page that was left empty is as good as a new one', () => {
  const set = new OrdinalSet();
  for (let page = 0; page < 3; page++) {
    const far = page * 1_000_000;
    for (let each = 0; each < 64; each++) set.add(far + each);
    expect([...set]).toEqual(Array.from({ length: 64 }, (_, each) => far + each));
    for (let each = 0; each < 64; each++) set.delete(far + each);
    expect([set.size, set.first]).toEqual([0, null]);
  }
});

test('memory follows what is in it, not what was', () => {
  const set = new OrdinalSet();
  const before = process.memoryUsage().arrayBuffers;
  for (let each = 0; each < 32_768 * 2000; each += 1024) {
    set.add(each);
    set.delete(each - 4096);
  }
  // All of the pages that were used would be 8 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
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
