import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { Source } from '../request-input.ts';
import { SourceBatches } from './source-batches.ts';

async function* sevenItems(): AsyncGenerator<string> {
  for (let n = 0; n < 7; n++) yield `u${n}`;
  await Promise.resolve();
}

test('items are numbered, and handed over together as far as they have come', async () => {
  const batches = new SourceBatches(sevenItems(), 3, new FakeClock());
  const values: unknown[] = [];
  const sizes: number[] = [];
  for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
    expect(next.value.start.index).toBe(values.length);
    for (const record of next.value.records) {
      expect(record.index).toBe(values.length);
      values.push(record.kind === 'record' ? record.value : null);
    }
    sizes.push(next.value.records.length);
    await turn();
  }
  expect(values).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
  expect(sizes).toEqual([1, 3, 3]);
});

test('a source that is stuck is told to end, and waited for a second', async () => {
  const clock = new FakeClock();
  let told = false;
  const source: Source = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      return: () => {
        told = true;
        return new Promise(() => undefined);
      },
    }),
  };
  const batches = new SourceBatches(source, 3, clock);
  void batches.next();
  let closed = false;
  void batches.return().then(() => (closed = true));
  expect(told).toBe(true);
  clock.advance(999);
  await turn();
  expect(closed).toBe(false);
  clock.advance(1);
  await turn();
  expect(closed).toBe(true);
  expect(clock.pending).toBe(0);
});

test('a source that closes in time leaves no timer', async () => {
  const clock = new FakeClock();
  const given: PromiseWithResolvers<string> = Promise.withResolvers();
  let ended = false;
  async function* source(): AsyncGenerator<string> {
    try {
      yield await given.promise;
    } finally {
      ended = true;
    }
  }
  const batches = new SourceBatches(source(), 3, clock);
  void batches.next();
  const closing = batches.return();
  expect(clock.pending).toBe(1);
  given.resolve('late');
  await closing;
  expect([ended, clock.pending]).toEqual([true, 0]);
});

test.each<[string, () => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('by hand');
    },
    'by hand',
  ],
  ['gives nothing', () => undefined, 'Cannot read properties of undefined'],
])('a source whose iterator %s is a source that throws', async (_name, next, message) => {
  const source = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as Source;
  await expect(new SourceBatches(source, 3, new FakeClock()).next()).rejects.toThrow(message);
});
