import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { mapUnordered } from './map-unordered.ts';
import { Queue } from './queue.ts';

/** Lets all continuations of settled promises run. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}

describe('a queue', () => {
  test('gives what was put, in that order, and waits when it is full or empty', async () => {
    const queue = new Queue<number>(2);
    const puts: number[] = [];
    for (const n of [1, 2, 3, 4]) void queue.put(n).then(() => puts.push(n));
    await settle();
    expect(puts).toEqual([1, 2]);
    expect(queue.statistics()).toEqual({ capacity: 2, size: 2, unfinished: 2, getting: 0, putting: 2, closed: false });
    expect(await queue.get()).toBe(1);
    await settle();
    expect(puts).toEqual([1, 2, 3]);
    expect([queue.tryGet(), queue.tryGet(), queue.tryGet(), queue.tryGet()]).toEqual([2, 3, 4, undefined]);
    const late = queue.get();
    expect(queue.tryPut(5)).toBe(true);
    expect(await late).toBe(5);
    expect(queue.size).toBe(0);
  });

  test('tryPut does not overtake those who wait to put', async () => {
    const queue = new Queue<string>(1);
    await queue.put('a');
    const waiting = queue.put('b');
    expect(queue.tryPut('c')).toBe(false);
    expect(queue.tryGet()).toBe('a');
    expect(queue.tryPut('c')).toBe(false); // b has the room
    await waiting;
    expect(queue.tryGet()).toBe('b');
  });

  test.each([0, -1, 1.5, Number.NaN])('takes no capacity of %s', (capacity) => {
    expect(() => new Queue(capacity)).toThrow(UsageError);
  });

  test('without a limit never lets anybody wait to put', () => {
    const queue = new Queue<number>(Infinity);
    for (let n = 0; n < 10_000; n++) expect(queue.tryPut(n)).toBe(true);
  });

  test('a signal gets out of waiting; nothing is lost, and no listener is left', async () => {
    const queue = new Queue<number>(1);
    const first = new AbortController();
    const { signal } = first;
    const got = queue.get({ signal });
    const next = queue.get();
    first.abort('enough');
    expect(await codeOf(got)).toBe('enough');
    await queue.put(1);
    expect(await next).toBe(1);
    const second = new AbortController();
    const soon = queue.get({ signal: second.signal });
    await queue.put(2);
    expect(await soon).toBe(2);
    expect(getEventListeners(second.signal, 'abort')).toEqual([]);
    await queue.put(2);
    const put = queue.put(3, { signal: second.signal });
    second.abort('enough');
    expect(await codeOf(put)).toBe('enough');
    expect([queue.tryGet(), queue.tryGet()]).toEqual([2, undefined]);
    expect(await codeOf(queue.get({ signal }))).toBe('enough');
    expect(await codeOf(queue.put(4, { signal }))).toBe('enough');
    expect(queue.size).toBe(0);
    expect([...getEventListeners(signal, 'abort'), ...getEventListeners(second.signal, 'abort')]).toEqual([]);
  });
});

describe('a closed queue', () => {
  test('gives what is in it, then ends; who waits to put is told', async () => {
    const queue = new Queue<number>(1);
    await queue.put(1);
    const put = queue.put(2);
    queue.close();
    queue.close();
    expect(await codeOf(put)).toBe('queue_closed');
    expect(await codeOf(queue.put(3))).toBe('queue_closed');
    expect(() => queue.tryPut(3)).toThrow('The queue was closed');
    expect(await queue.get()).toBe(1);
    expect(await codeOf(queue.get())).toBe('queue_closed');
    expect(queue.closed).toBe(true);
  });

  test('ends those who wait to get', async () => {
    const queue = new Queue<number>(1);
    const got = queue.get();
    queue.close();
    expect(await codeOf(got)).toBe('queue_closed');
  });

  test('throws away what is in it if it is told to, also later', async () => {
    const queue = new Queue<number>(5);
    for (const n of [1, 2, 3]) queue.tryPut(n);
    const joined = queue.join();
    queue.close();
    queue.close({ discard: true });
    await joined;
    expect(queue.statistics()).toMatchObject({ size: 0, unfinished: 0 });
    expect(await listOf(queue)).toEqual([]);
  });
});

describe('iterating over a queue', () => {
  test('several share the items, and all end when it is closed', async () => {
    const queue = new Queue<number>(3);
    const got: number[][] = [[], []];
    const loops = got.map(async (list) => {
      for await (const n of queue) list.push(n);
    });
    for (let n = 0; n < 20; n++) await queue.put(n);
    queue.close();
    await Promise.all(loops);
    expect(got.flat().toSorted((left, right) => left - right)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(got.every((list) => list.length > 0)).toBe(true);
  });

  test('leaving leaves the queue as it is; a signal throws', async () => {
    const queue = new Queue<number>(5);
    for (const n of [1, 2]) queue.tryPut(n);
    for await (const n of queue) if (n === 1) break;
    expect([queue.size, queue.closed]).toEqual([1, false]);
    const controller = new AbortController();
    const list = listOf(queue.items({ signal: controller.signal }));
    await settle();
    controller.abort('enough');
    expect(await codeOf(list)).toBe('enough');
    const items = queue.items();
    await items.return?.();
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  test('what was left while it waited for an item takes none: not the next one, nor one of another loop', async () => {
    const queue = new Queue<number>(1);
    const { signal } = new AbortController();
    const [left, other] = [queue.items({ signal }), queue.items({ signal })];
    const waits = [left.next(), other.next(), left.next()];
    await settle();
    expect(queue.statistics().getting).toBe(3);
    await left.return?.();
    expect(queue.statistics().getting).toBe(1);
    await queue.put(1);
    await queue.put(2);
    const over = { done: true, value: undefined };
    expect(await Promise.all(waits)).toEqual([over, { done: false, value: 1 }, over]);
    expect(queue.tryGet()).toBe(2);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('a map that is left while it waits for an item leaves that to others', async () => {
    const queue = new Queue<number>(9);
    queue.tryPut(1);
    for await (const _ of mapUnordered(queue, (n) => n, { limit: 2 })) break;
    queue.tryPut(2);
    expect(queue.tryGet()).toBe(2);
  });
});

describe('join', () => {
  test('waits until every item is done, those too that were put by who got others', async () => {
    const queue = new Queue<number>(Infinity);
    queue.tryPut(3);
    const seen: number[] = [];
    const worker = (async () => {
      for await (const n of queue) {
        seen.push(n);
        await settle();
        if (n > 0) queue.tryPut(n - 1);
        queue.taskDone();
      }
    })();
    await queue.join();
    expect(seen).toEqual([3, 2, 1, 0]);
    queue.close();
    await worker;
    await queue.join();
    expect(() => queue.taskDone()).toThrow(UsageError);
  });

  test('can be given up', async () => {
    const queue = new Queue<number>(1);
    queue.tryPut(1);
    expect(await codeOf(queue.join({ signal: AbortSignal.abort('no') }))).toBe('no');
    const controller = new AbortController();
    const joined = queue.join({ signal: controller.signal });
    controller.abort('enough');
    expect(await codeOf(joined)).toBe('enough');
  });
});

test('whatever is done with it, items come out once and in order, and nobody waits without need', async () => {
  const step = fc.constantFrom('put', 'tryPut', 'get', 'tryGet', 'next', 'leave', 'cancel', 'settle');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 60 }), async (capacity, steps) => {
      const queue = new Queue<number>(capacity);
      const got: number[] = [];
      const accepted = new Set<number>();
      const cancelled = new Set<number>();
      const waiting: AbortController[] = [];
      let loop = queue.items();
      let next = 0;
      for (const action of steps) {
        const n = next++;
        const controller = new AbortController();
        const { signal } = controller;
        if (action === 'put') {
          waiting.push(controller);
          queue.put(n, { signal }).then(
            () => accepted.add(n),
            () => cancelled.add(n),
          );
        } else if (action === 'tryPut') {
          if (queue.tryPut(n)) accepted.add(n);
        } else if (action === 'get') {
          waiting.push(controller);
          queue.get({ signal }).then(
            (item) => got.push(item),
            () => undefined,
          );
        } else if (action === 'tryGet') {
          await settle(); // what was got before is told before
          const item = queue.tryGet();
          if (item !== undefined) got.push(item);
        } else if (action === 'next') {
          const asked = loop;
          void loop.next().then(({ done, value }) => done !== true && got.push(asked === loop ? value : Number.NaN));
        } else if (action === 'leave') {
          await settle();
          void loop.return?.();
          loop = queue.items();
        } else if (action === 'cancel') waiting.splice(n % (waiting.length + 1), 1)[0]?.abort();
        else await settle();
        const { size, getting, putting } = queue.statistics();
        expect(size <= capacity && !(getting > 0 && size > 0) && !(putting > 0 && size < capacity)).toBe(true);
      }
      await settle();
      queue.close();
      got.push(...(await listOf(queue)));
      await settle();
      // A loop tells some turns later than a `get`.
      if (steps.includes('next')) got.sort((left, right) => left - right);
      expect(got).toEqual([...accepted].toSorted((left, right) => left - right));
      expect([...cancelled].filter((n) => accepted.has(n))).toEqual([]);
    }),
  );
});
