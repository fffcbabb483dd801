import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bag } from './bag.ts';
import type { Bagged } from './bag.ts';

interface Numbered extends Bagged {
  readonly number: number;
}

test('holds what a Set would hold, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), (choices) => {
      const items: Numbered[] = Array.from({ length: 21 }, (_, number) => ({ number, bagIndex: -1 }));
      const bag = new Bag<Numbered>();
      const set = new Set<Numbered>();
      for (const choice of choices) {
        const item = items[choice];
        if (item === undefined) continue;
        if (set.delete(item)) bag.delete(item);
        else {
          set.add(item);
          bag.add(item);
        }
        expect(bag.size).toBe(set.size);
        expect(new Set(bag.toArray())).toEqual(set);
      }
    }),
  );
});

test('taking out what is not in changes nothing', () => {
  const bag = new Bag<Numbered>();
  const [a, b] = [
    { number: 1, bagIndex: -1 },
    { number: 2, bagIndex: -1 },
  ];
  bag.add(a);
  bag.delete(b);
  bag.delete(a);
  bag.delete(a);
  expect(bag.size).toBe(0);
});
