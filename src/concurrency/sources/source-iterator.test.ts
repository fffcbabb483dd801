import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { mapUnordered } from '../map-unordered.ts';
import { iteratorOf } from './source-iterator.ts';

/** A stream of so many numbers, and then of nothing, without an end; what became of it. */
function stuckAfter(count: number): { stream: ReadableStream<number>; cancelled: boolean } {
  let given = 0;
  const seen = {
    cancelled: false,
    stream: new ReadableStream<number>(
      {
        async pull(controller) {
          if (given === count) await new Promise<void>(() => undefined);
          controller.enqueue(given++);
        },
        cancel() {
          seen.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return seen;
}

test('a stream is closed while it is asked for an item, and can be used by others then', async () => {
  const seen = stuckAfter(1);
  const items = iteratorOf(seen.stream);
  expect(await items.next()).toEqual({ done: false, value: 0 });
  const waiting = items.next();
  const over = { done: true, value: undefined };
  expect([await items.return?.(), await waiting]).toEqual([over, over]);
  expect([seen.cancelled, seen.stream.locked]).toEqual([true, false]);
  await expect(items.next()).rejects.toThrow(TypeError);
});

test('a map over a stream that gives nothing more is left at once', async () => {
  const seen = stuckAfter(2);
  // Nobody moves this clock: nothing may wait for it.
  for await (const n of mapUnordered(seen.stream, (each) => each, { limit: 5, clock: new FakeClock() }))
    if (n === 1) break;
  expect([seen.cancelled, seen.stream.locked]).toEqual([true, false]);
});

test('a stream that ends, or fails, tells so', async () => {
  const ended = ReadableStream.from(['a', 'b']);
  expect(await mapUnordered(ended, (text) => text, { limit: 1 }).toArray()).toEqual(['a', 'b']);
  expect(ended.locked).toBe(false);
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) });
  await expect(mapUnordered(broken, () => 1, { limit: 1 }).toArray()).rejects.toThrow('cut');
});
