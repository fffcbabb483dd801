import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderedLines } from './ordered-lines.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('whatever order lines come in, they leave in the order of the input, each once and as soon as may be', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(upTo(40), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (coming, isAllExpected) => {
        const expected = isAllExpected ? upTo(40) : coming.toSorted((a, b) => a - b);
        const isExpected = (index: number): boolean => index >= 40 || expected.includes(index);
        const lines = new OrderedLines(isExpected);
        const released: number[] = [];
        const come = new Set<number>();
        for (const index of coming) {
          come.add(index);
          const hasTurn = lines.push(index, 'ok', `${index}\n`);
          const before = released.length;
          for (const each of lines.release()) released.push(each.index);
          expect(hasTurn).toBe(released.length > before);
          const firstMissing = expected.findIndex((each) => !come.has(each));
          expect(released).toEqual(firstMissing === -1 ? expected : expected.slice(0, firstMissing));
          expect(lines.next).toBe(firstMissing === -1 ? 40 : expected[firstMissing]);
        }
      },
    ),
  );
});

test('it is full with 10,000 lines, and no longer when they could go', () => {
  const lines = new OrderedLines(() => true);
  for (let index = 1; index < 10_000; index++) lines.push(index, 'ok', '\n');
  expect(lines.isFull).toBe(false);
  lines.push(10_000, 'ok', '\n');
  expect(lines.isFull).toBe(true);
  lines.push(0, 'ok', '\n');
  expect([...lines.release()].length).toBe(10_001);
  expect(lines.isFull).toBe(false);
});

test('it is full with 64 Mi characters', () => {
  const lines = new OrderedLines(() => true);
  const long = 'x'.repeat(16 * 1024 * 1024);
  for (let index = 1; index < 4; index++) lines.push(index, 'ok', long);
  expect(lines.isFull).toBe(false);
  lines.push(4, 'ok', long);
  expect(lines.isFull).toBe(true);
});
