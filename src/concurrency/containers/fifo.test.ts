import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('a fifo is a list that is pushed to at its end and shifted from its front', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 200 }).map((count) => ({ push: count })) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 200 }).map((count) => ({ shift: count })) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      const same: [unknown, unknown][] = [];
      let next = 0;
      for (const action of steps) {
        if ('push' in action) {
          for (let n = 0; n < action.push; n++) {
            fifo.push(next);
            model.push(next++);
          }
        } else if ('shift' in action) {
          const shifted = Array.from({ length: action.shift }, () => fifo.shift());
          same.push([shifted, Array.from({ length: action.shift }, () => model.shift())]);
        } else {
          fifo.clear();
          model.length = 0;
        }
        same.push([
          [fifo.length, fifo.first],
          [model.length, model[0]],
        ]);
      }
      expect(same.map(([ours]) => ours)).toEqual(same.map(([, models]) => models));
    }),
  );
});

test('a long fifo costs no more an item than a short one', () => {
  const fifo = new Fifo<number>();
  for (let n = 0; n < 500_000; n++) fifo.push(n);
  let sum = 0;
  // With Array.shift this takes minutes.
  for (let item = fifo.shift(); item !== undefined; item = fifo.shift()) sum += item;
  expect(sum).toBe((500_000 * 499_999) / 2);
});
