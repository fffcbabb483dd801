import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { Barrier } from './barrier.ts';

test('a barrier lets through so many together, each with its ordinal, again and again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 17 }), async (parties, arrivals) => {
      const barrier = new Barrier(parties);
      const through: number[] = [];
      const waits = Array.from({ length: arrivals }, () => barrier.wait().then((ordinal) => through.push(ordinal)));
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      const rounds = Math.floor(arrivals / parties);
      const expected = Array.from({ length: rounds * parties }, (_, n) => n % parties);
      expect(through.toSorted((left, right) => left - right)).toEqual(expected.toSorted((left, right) => left - right));
      expect(barrier.waiting).toBe(arrivals % parties);
      barrier.reset();
      const outcomes = await Promise.allSettled(waits);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(arrivals % parties);
    }),
    { numRuns: 50 },
  );
});

test('one that gives up waiting does not count any more', async () => {
  const barrier = new Barrier(2);
  const controller = new AbortController();
  const gone = barrier.wait({ signal: controller.signal });
  controller.abort('enough');
  await expect(gone).rejects.toBe('enough');
  await expect(barrier.wait({ signal: controller.signal })).rejects.toBe('enough');
  expect(await Promise.all([barrier.wait(), barrier.wait()])).toEqual([0, 1]);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('abort rejects those who wait and who come, until it is reset; reset rejects those who wait', async () => {
  const barrier = new Barrier(2);
  const first = barrier.wait();
  barrier.abort();
  await expect(first).rejects.toMatchObject({ code: 'barrier_broken' });
  await expect(barrier.wait()).rejects.toMatchObject({ code: 'barrier_broken' });
  expect(barrier.broken).toBe(true);
  barrier.reset();
  expect(barrier.broken).toBe(false);
  const second = barrier.wait();
  barrier.reset();
  await expect(second).rejects.toMatchObject({ code: 'barrier_broken' });
  expect(await Promise.all([barrier.wait(), barrier.wait()])).toEqual([0, 1]);
});

test.each([0, -1, 2.5])('there is no barrier for %s', (parties) => {
  expect(() => new Barrier(parties)).toThrow(UsageError);
});
