import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceList } from './piece-list.ts';

test('what is joined is what came, whatever the sizes of its pieces', () => {
  const sizes = fc.oneof(fc.constantFrom(0, 1, 2, 300), fc.integer({ min: 0, max: 3000 }));
  const runs = fc.array(fc.record({ size: sizes, times: fc.integer({ min: 1, max: 300 }) }), { maxLength: 8 });
  fc.assert(
    fc.property(runs, (plan) => {
      const list = new PieceList();
      const pieces = plan.flatMap(({ size, times }, n) =>
        Array.from({ length: times }, (_, at) => Buffer.alloc(size, n * 7 + at)),
      );
      for (const piece of pieces) list.push(piece);
      expect(list.joined().equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a body that comes byte by byte holds not much more than its bytes', () => {
  const list = new PieceList();
  const before = process.memoryUsage();
  for (let n = 0; n < 1_000_000; n++) list.push(Buffer.from([n]));
  const after = process.memoryUsage();
  const grownBytes = after.heapUsed + after.external - before.heapUsed - before.external;
  expect(grownBytes).toBeLessThan(40_000_000);
  expect([list.joined().length, list.joined()[999_999]]).toEqual([1_000_000, 999_999 & 0xff]);
});
