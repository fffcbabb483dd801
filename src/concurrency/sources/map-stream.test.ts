import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { mapOrdered } from '../map-ordered.ts';
import type { MapStream } from './map-stream.ts';
import { mapUnordered } from '../map-unordered.ts';
import type { TaskContext } from '../scope.ts';
import { sleep } from '../sleep.ts';

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/** Numbers from 0 on, and how they were asked for. */
function numbers(count = Infinity) {
  const seen = { pulled: 0, closed: 0 };
  function* pull(): Generator<number> {
    try {
      for (let n = 0; n < count; n++) {
        seen.pulled++;
        yield n;
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, source: pull() };
}

/** What is left of a stream, and what it throws at its end. */
async function rest<T>(stream: MapStream<T>): Promise<{ results: T[]; error: unknown }> {
  const results: T[] = [];
  try {
    for await (const result of stream) results.push(result);
  } catch (error) {
    return { results, error };
  }
  return { results, error: null };
}

const both = [
  ['mapOrdered', mapOrdered],
  ['mapUnordered', mapUnordered],
] as const;

describe.each(both)('%s', (_, map) => {
  test('takes any source, and gives the function the ordinal and the context of its task', async () => {
    const sources: (Iterable<string> | AsyncIterable<string> | ReadableStream<string>)[] = [
      ['a', 'b'],
      new Set(['a', 'b']),
      (async function* () {
        yield 'a';
        yield 'b';
      })(),
      ReadableStream.from<string>(['a', 'b']),
    ];
    for (const source of sources) {
      const seen = map(source, (item, context) => `${item}${context.index} ${context.cancelled}`, { limit: 1 });
      expect(await seen.toArray()).toEqual(['a0 false', 'b1 false']);
    }
    expect(await map([], () => 1, { limit: 1 }).toArray()).toEqual([]);
  });

  test('the context of an item is that of its task, with its place, and can be given as options', async () => {
    const within = map(
      ['a', 'b'],
      async (item, context) => {
        const { index, name, signal, scope } = context;
        if (item === 'a') return [index, name, signal.aborted, Object.keys(context)];
        scope.cancel('enough');
        expect(() => context.throwIfCancelled()).toThrow('enough');
        expect([context.cancelled, signal.reason]).toEqual([true, 'enough']);
        await sleep(60_000, context);
        return [];
      },
      { limit: 1 },
    );
    expect(await within.next()).toEqual({ done: false, value: [0, 'task-1', false, []] });
    await expect(within.next()).rejects.toBe('enough');
  });

  test('begins nothing before the first result is asked for', async () => {
    const { seen, source } = numbers();
    const stream = map(source, (n) => n, { limit: 2 });
    await settle();
    expect(seen.pulled).toBe(0);
    await stream.return();
    expect(seen).toEqual({ pulled: 0, closed: 0 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('pulls no further than twice the limit ahead of who takes', async () => {
    const { seen, source } = numbers();
    const stream = map(source, (n) => n, { limit: 3 });
    for (let taken = 1; taken < 50; taken++) {
      await stream.next();
      for (let n = 0; n < 5; n++) await settle();
      expect(seen.pulled).toBe(taken + 6);
    }
    await stream.return();
    expect(seen.closed).toBe(1);
  });

  test('leaving the loop cancels what is under way, waits for it, and closes the source then', async () => {
    const { seen, source } = numbers();
    const clock = new FakeClock();
    const ended: unknown[] = [];
    const work = async (n: number, { signal }: TaskContext): Promise<number> => {
      if (n === 0) return n;
      try {
        await sleep(1000, { signal, clock });
      } finally {
        await settle();
        ended.push([n, seen.closed]);
      }
      return n;
    };
    for await (const n of map(source, work, { limit: 3, clock })) {
      expect(n).toBe(0);
      await settle();
      break;
    }
    expect(ended).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(seen.closed).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('so does the end of an `await using`, and who waits for a result is told that there is none', async () => {
    const { seen, source } = numbers();
    let waiting: Promise<unknown> | null = null;
    {
      await using stream = map(source, (_n, { signal }) => sleep(60_000, { signal }), { limit: 2 });
      waiting = Promise.all([stream.next(), stream.next(), stream.next()]);
      await settle();
    }
    expect(await waiting).toEqual(Array.from({ length: 3 }, () => ({ done: true, value: undefined })));
    expect(seen).toEqual({ pulled: 2, closed: 1 });
  });

  test('leaving right after asking, or with results that nobody took, leaves nothing to be given', async () => {
    const { seen, source } = numbers();
    const stream = map(source, async (n) => n, { limit: 3 });
    const first = stream.next();
    expect(await stream.return()).toEqual({ done: true, value: undefined });
    expect(await first).toEqual({ done: true, value: undefined });
    expect(seen.closed).toBe(1);
    const other = map(numbers().source, (n) => n, { limit: 3 });
    expect(await other.next()).toEqual({ done: false, value: 0 });
    await settle();
    await other.return();
    expect(await other.next()).toEqual({ done: true, value: undefined });
  });

  test('a failure of the function ends it: what was made is given, then it is thrown, once', async () => {
    const { seen, source } = numbers();
    const ended: number[] = [];
    const work = async (n: number, { signal }: TaskContext): Promise<number> => {
      if (n < 5) return n;
      if (n === 5) throw new Error('bad');
      await sleep(60_000, { signal }).finally(() => ended.push(n));
      return n;
    };
    const stream = map(source, work, { limit: 4 });
    expect(await rest(stream)).toEqual({ results: [0, 1, 2, 3, 4], error: new Error('bad') });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await stream.return()).toEqual({ done: true, value: undefined });
    expect(seen.closed).toBe(1);
    expect(ended.length).toBeGreaterThan(0);
  });

  test('a failure that nobody has seen is thrown by leaving', async () => {
    const stream = map(
      [1, 2],
      (n) => {
        if (n === 2) throw new Error('bad');
        return n;
      },
      { limit: 2 },
    );
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await settle();
    await expect(stream.return()).rejects.toThrow('bad');
  });

  test('a failure of the source ends it likewise, and nothing more is asked of it', async () => {
    for (const isAsync of [false, true]) {
      let asked = 0;
      let closed = 0;
      const step = (): IteratorResult<number> => {
        if (asked++ === 3) throw new Error('no more');
        return { done: false, value: asked };
      };
      const close = (): IteratorResult<number> => ({ done: true, value: closed++ });
      const source = isAsync
        ? { [Symbol.asyncIterator]: () => ({ next: async () => step(), return: async () => close() }) }
        : { [Symbol.iterator]: () => ({ next: step, return: close }) };
      const cancelled: number[] = [];
      const work = async (n: number, { signal }: TaskContext): Promise<number> => {
        if (n > 1) await sleep(60_000, { signal }).finally(() => cancelled.push(n));
        return n;
      };
      expect(await rest(map(source, work, { limit: 5 }))).toEqual({ results: [1], error: new Error('no more') });
      expect([asked, closed, cancelled]).toEqual([4, 0, [2, 3]]);
    }
  });

  test('what the source throws when it is opened or closed is told', async () => {
    const unopened: Iterable<number> = {
      [Symbol.iterator]: () => {
        throw new Error('cannot open');
      },
    };
    expect((await rest(map(unopened, (n) => n, { limit: 1 }))).error).toEqual(new Error('cannot open'));
    const unclosed: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('cannot close');
        },
      }),
    };
    const stream = map(unclosed, (n) => n, { limit: 1 });
    await stream.next();
    await expect(stream.return()).rejects.toThrow('cannot close');
    const failed = map(unclosed, () => Promise.reject(new Error('bad')), { limit: 1 });
    const { error } = await rest(failed);
    expect((error as AggregateError).errors).toEqual([new Error('bad'), new Error('cannot close')]);
    expect((error as AggregateError).cause).toEqual(new Error('bad'));
  });

  test('a signal cancels it, and its reason is thrown; no listener is left', async () => {
    const { seen, source } = numbers();
    const controller = new AbortController();
    const { signal } = controller;
    const stream = map(source, (_n, context) => sleep(60_000, { signal: context.signal }), {
      limit: 2,
      signal,
    });
    const all = rest(stream);
    await settle();
    controller.abort('enough');
    expect(await all).toEqual({ results: [], error: 'enough' });
    expect(seen).toEqual({ pulled: 2, closed: 1 });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(await rest(map(source, (n) => n, { limit: 2, signal }))).toEqual({ results: [], error: 'enough' });
  });

  test('a signal is heard also while the source is slow', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>(() => {}),
        return: () => new Promise<IteratorResult<number>>(() => {}),
      }),
    };
    const all = rest(map(source, (n) => n, { limit: 2, signal: controller.signal, clock }));
    await settle();
    controller.abort('enough');
    await settle();
    clock.advance(1000); // a source that is stuck is waited for a second
    expect(await all).toEqual({ results: [], error: 'enough' });
    expect(clock.pending).toBe(0);
  });

  test('a deadline ends it', async () => {
    const clock = new FakeClock();
    const work = (_n: number, { signal }: TaskContext): Promise<void> => sleep(1000, { signal, clock });
    const all = rest(map([1], work, { limit: 1, clock, deadlineMs: 20 }));
    await settle();
    clock.advance(20);
    expect((await all).error).toMatchObject({ code: 'deadline' });
    expect(clock.pending).toBe(0);
  });

  test('source and function see the async context in which the map was made, and no other', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    const { source } = numbers(8);
    const watched = {
      [Symbol.iterator]: () => ({
        next: () => {
          seen.add(storage.getStore());
          return source.next();
        },
      }),
    };
    const work = async (n: number): Promise<void> => {
      seen.add(storage.getStore());
      storage.enterWith(`item ${n}`);
      await settle();
    };
    const stream = storage.run('here', () => map(watched, work, { limit: 2 }));
    await storage.run('there', () => stream.next());
    await stream.toArray();
    expect([...seen]).toEqual(['here']);
  });

  test('several results may be asked for at once', async () => {
    const { source } = numbers(5);
    const stream = map(source, async (n) => n * 2, { limit: 2 });
    const results = await Promise.all(Array.from({ length: 7 }, () => stream.next()));
    expect(results.map(({ value }) => value)).toEqual([0, 2, 4, 6, 8, undefined, undefined]);
  });

  test('after it was left nothing more is given, be it ready', async () => {
    const stream = map(numbers(9).source, (n) => n, { limit: 3 });
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    await settle();
    const over = { done: true, value: undefined };
    expect(await Promise.all([stream.return(), stream.next(), stream.return(), stream.next()])).toEqual(
      Array.from({ length: 4 }, () => over),
    );
  });

  test('takes text as a source of characters, and nothing that is no source', async () => {
    expect(await map('abc', (letter) => letter, { limit: 2 }).toArray()).toHaveLength(3);
    for (const source of [5, null, {}, () => []])
      expect(() => map(source as unknown as [], () => 1, { limit: 1 })).toThrow(/Expected `source` to be/);
    expect(() => map([], 5 as unknown as () => 1, { limit: 1 })).toThrow(/Expected `map` to be a function/);
  });

  test('tells a source that ends without saying so', async () => {
    for (const next of [() => undefined, async () => undefined, async () => null, async () => 5]) {
      const stream = map({ [Symbol.asyncIterator]: () => ({ next }) as unknown as AsyncIterator<number> }, (n) => n, {
        limit: 2,
      });
      expect(await rest(stream)).toMatchObject({ results: [], error: expect.any(TypeError) });
    }
  });

  test('takes no deadline that is not a number', () => {
    expect(() => map([], () => 1, { limit: 1, deadlineMs: Number.NaN })).toThrow(UsageError);
  });

  test.each([0, -1, 1.5, Infinity, undefined])('takes no limit of %s', (limit) => {
    expect(() => map([], () => 1, { limit: limit as number })).toThrow(UsageError);
  });
});
