import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reorder } from './ordered.ts';

function everyIndex(after: number): number {
  return after + 1;
}

/** What is expected of a run whose records are just these. */
function only(indexes: readonly number[]): (after: number) => number {
  return (after) => indexes.find((index) => index > after) ?? Number.POSITIVE_INFINITY;
}

describe('lines', () => {
  test('come out in the order of the input', () => {
    const order = new Reorder(everyIndex);
    order.push(2, 'c');
    order.push(1, 'é');
    expect([order.release(), order.size, order.heldBytes, order.expected]).toEqual(['', 2, 3, 0]);
    order.push(0, 'a');
    expect([order.release(), order.size, order.heldBytes, order.expected]).toEqual(['aéc', 0, 0, 3]);
    expect(order.release()).toBe('');
  });

  test('wait for what this run still has to settle, and for nothing else', () => {
    const order = new Reorder(only([10, 12, 15]));
    expect(order.expected).toBe(10);
    order.push(15, 'c');
    order.push(10, 'a');
    expect(order.release()).toBe('a');
    order.push(12, 'b');
    expect(order.release()).toBe('bc');
    expect(order.expected).toBe(Number.POSITIVE_INFINITY);
  });

  test('that came already, or were skipped, are refused', () => {
    const order = new Reorder(everyIndex);
    order.push(0, 'a');
    expect(() => order.push(0, 'a')).toThrow('record 0 came twice');
    order.push(5, 'f');
    expect(() => order.push(5, 'f')).toThrow(RangeError);
    order.skipTo(3);
    expect(() => order.push(2, 'c')).toThrow(RangeError);
  });
});

describe('skipTo', () => {
  test('gives up what is missing below, and keeps what waits above', () => {
    const order = new Reorder(everyIndex);
    for (const [index, line] of [
      [6, 'g'],
      [1, 'b'],
      [4, 'e'],
      [3, 'd'],
    ] as const)
      order.push(index, line);
    order.skipTo(4);
    expect([order.release(), order.expected, order.size, order.heldBytes]).toEqual(['bde', 5, 1, 1]);
    order.skipTo(2);
    expect(order.expected).toBe(5);
    order.push(5, 'f');
    expect(order.release()).toBe('fg');
  });
});

describe('drain', () => {
  test('gives all lines over the gaps, in their order', () => {
    const order = new Reorder(everyIndex);
    order.push(9, 'j');
    order.push(0, 'a');
    order.push(4, 'e');
    expect(order.drain()).toBe('aej');
    expect([order.size, order.heldBytes, order.drain()]).toEqual([0, 0, '']);
    expect(() => order.push(1, 'b')).toThrow(RangeError);
  });
});

test('any order of arrival gives the order of the input', () => {
  const arrivals = fc
    .uniqueArray(fc.nat(200), { minLength: 1 })
    .chain((indexes) => fc.shuffledSubarray(indexes, { minLength: indexes.length, maxLength: indexes.length }));
  fc.assert(
    fc.property(arrivals, (arrived) => {
      const sorted = arrived.toSorted((a, b) => a - b);
      const order = new Reorder(only(sorted));
      let given = '';
      for (const [count, index] of arrived.entries()) {
        order.push(index, `${index}\n`);
        given += order.release();
        const there = new Set(arrived.slice(0, count + 1));
        const gap = sorted.findIndex((each) => !there.has(each));
        const inOrder = gap === -1 ? sorted : sorted.slice(0, gap);
        expect(given).toBe(inOrder.map((each) => `${each}\n`).join(''));
        expect(order.size).toBe(count + 1 - inOrder.length);
      }
      expect([order.size, order.heldBytes]).toEqual([0, 0]);
    }),
  );
});
