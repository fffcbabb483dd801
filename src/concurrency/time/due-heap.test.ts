import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from './due-heap.ts';

test('comes out in order of time, and in order of arrival at the same time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const heap = new DueHeap<number>();
      times.forEach((dueMs, i) => heap.push(i, dueMs));
      const expected = times.map((_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
      const out: number[] = [];
      for (let value = heap.popDue(Infinity); value !== undefined; value = heap.popDue(Infinity)) out.push(value);
      expect(out).toEqual(expected);
    }),
  );
});

test('gives nothing before it is due', () => {
  const heap = new DueHeap<string>();
  expect(heap.nextMs).toBe(Infinity);
  heap.push('a', 10);
  expect(heap.nextMs).toBe(10);
  expect(heap.popDue(9.9)).toBeUndefined();
  expect(heap.popDue(10)).toBe('a');
  expect(heap.size).toBe(0);
});
