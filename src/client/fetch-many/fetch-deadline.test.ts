// The time of a whole call: what is late when it is over, what has not been sent, and what was never read.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { until } from '../../testing/until.ts';
import { fetchMany } from './fetch-many.ts';
import type { SourceItem } from '../request-input.ts';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = target.url;
});
afterAll(() => target.close());
beforeEach(() => target.reset());

/** Long enough for what is quick, on a busy machine too. */
const totalTimeoutMs = 200;
/** For what is late in any case. */
const shortMs = 40;

function many(): string[] {
  return Array.from({ length: 3000 }, () => `${url}/delay/60`);
}

test('what is late is cancelled, and has a failed result with its facts', async () => {
  const items = [
    `${url}/hello/1`,
    { url: `${url}/delay/60`, id: 'late', json: { a: 1 } },
    { url: `${url}/status/503`, id: 'again', retries: 50 },
  ];
  const startMs = performance.now();
  const results = await fetchMany(items, { totalTimeoutMs, ordered: true }).toArray();
  expect(performance.now() - startMs).toBeLessThan(totalTimeoutMs + 1000);
  expect(results[0]?.result).toBe('ok');
  expect(results[1]).toMatchObject({
    index: 1,
    id: 'late',
    result: 'failed',
    status: null,
    attempts: 1,
    ms: null,
    method: 'POST',
    url: `${url}/delay/60`,
    error: { code: 'deadline', message: 'no success after 1 attempt in the 0.2 s of `totalTimeoutMs`' },
  });
  expect(results[1]?.item).toBe(items[1]);
  expect(results[2]).toMatchObject({ id: 'again', result: 'failed', error: { code: 'deadline' } });
  expect(results[2]?.attempts).toBeGreaterThan(0);
  await until(() => target.stats().connections.open === 0);
});

test.each([false, true])(
  'each item of a list has a result, whether it was sent or not (ordered: %s)',
  async (ordered) => {
    const items: SourceItem[] = Array.from({ length: 500 }, (_, n) => ({ url: `${url}/delay/60`, id: n }));
    items[400] = 'nonsense';
    const results = await fetchMany(new Set(items), { totalTimeoutMs, ordered, concurrency: 4 }).toArray();
    const inOrder = results.toSorted((one, other) => one.index - other.index);
    expect(ordered ? results : inOrder).toEqual(inOrder);
    expect(inOrder.map(({ item }) => item)).toEqual(items);
    expect(inOrder.filter(({ attempts }) => attempts === 1)).toHaveLength(4);
    expect(inOrder[400]?.error?.code).toBe('bad_url');
    const others = inOrder.toSpliced(400, 1);
    expect(new Set(others.map(({ error }) => error?.code))).toEqual(new Set(['deadline']));
    expect(others.at(-1)).toMatchObject({ id: '499', method: 'GET', url: `${url}/delay/60`, attempts: 0, waitMs: 0 });
    expect(others.at(-1)?.error?.message).toBe('not sent in the 0.2 s of `totalTimeoutMs`');
    expect(target.stats().total).toBe(4);
  },
);

test.each([false, true])(
  'any other source is closed, and that it was not at its end is thrown (later: %s)',
  async (later) => {
    let taken = 0;
    let closed = false;
    function* source(): Generator<string> {
      try {
        for (;;) yield `${url}/delay/${taken++ === 0 ? 0 : 60}`;
      } finally {
        closed = true;
      }
    }
    async function* sourceLater(): AsyncGenerator<string> {
      yield* source();
    }
    const results = fetchMany(later ? sourceLater() : source(), { totalTimeoutMs, concurrency: 4 });
    const codes: (string | undefined)[] = [];
    const all = (async () => {
      for await (const { error } of results) codes.push(error?.code);
    })();
    await expect(all).rejects.toMatchObject({
      code: 'deadline',
      name: 'TimeoutError',
      message: 'the 0.2 s of `totalTimeoutMs` were over before the source was at its end',
    });
    expect(codes).toEqual([undefined, ...Array.from({ length: taken - 1 }, () => 'deadline')]);
    expect(closed).toBe(true);
    expect(taken).toBeLessThanOrEqual(1 + 4 + 3 + 100);
  },
);

test('a source that was at its end is whole', async () => {
  const results = await fetchMany([`${url}/delay/60`, `${url}/hello/1`].values(), { totalTimeoutMs }).toArray();
  expect(results.map(({ index, error }) => [index, error?.code])).toEqual([
    [1, undefined],
    [0, 'deadline'],
  ]);
});

test('with at-most-once, nobody knows of a POST that has left', async () => {
  const items = [
    { url: `${url}/delay/60`, json: {} },
    { url: `${url}/delay/60` },
    { url: `${url}/delay/60`, json: {} },
  ];
  const options = { totalTimeoutMs, concurrency: 2, delivery: 'at-most-once', ordered: true } as const;
  const results = await fetchMany(items, options).toArray();
  expect(results.map(({ result, error }) => [result, error?.code])).toEqual([
    ['unknown', 'response_lost'],
    ['failed', 'deadline'],
    ['failed', 'deadline'],
  ]);
});

test('late items go through the callbacks, which are not cut off', async () => {
  const told: string[] = [];
  const results = await fetchMany([`${url}/hello/1`, `${url}/delay/60`], {
    totalTimeoutMs,
    ordered: true,
    parse: () => sleep(totalTimeoutMs * 2, 'parsed'),
    onError: ({ error }) => told.push(error.code),
    onProgress: ({ done, ok, failed }) => told.push(`${done} ${ok} ${failed}`),
  }).toArray();
  expect(results.map(({ value }) => value)).toEqual(['parsed', 1]);
  expect(told).toEqual(['deadline', '2 1 1']);
});

describe('the end', () => {
  test('a caller that is slow gets the late ones as there is room, and may leave', async () => {
    let read = 0;
    const items = many();
    const list = new Proxy(items, {
      get: (object, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) read++;
        return Reflect.get(object, key) as unknown;
      },
    });
    const results = fetchMany(list, { totalTimeoutMs: shortMs, concurrency: 3 });
    for (let n = 0; n < 10; n++) expect((await results.next()).value?.error?.code).toBe('deadline');
    await sleep(20);
    expect(read).toBeLessThan(10 + 100 + 20);
    await results.return();
    expect(await results.next()).toEqual({ value: undefined, done: true });
  });

  test('a signal comes before what is late', async () => {
    const controller = new AbortController();
    const results = fetchMany(many(), { totalTimeoutMs: shortMs, concurrency: 3, signal: controller.signal });
    await results.next();
    controller.abort(new Error('enough'));
    await expect(
      (async () => {
        for (let n = 0; n < 10; n++) await results.next();
      })(),
    ).rejects.toThrow('enough');
  });

  test('what ends in time leaves no timer behind', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await fetchMany([`${url}/hello/1`], { totalTimeoutMs: 100_000, onProgress: () => undefined }).toArray();
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });

  test('a list that cannot be read to its end throws what it throws', async () => {
    const list: SourceItem[] = many();
    // Far behind what is read ahead.
    Object.defineProperty(list, 1000, {
      get: () => {
        throw new RangeError('no such row');
      },
    });
    const results = fetchMany(list, { totalTimeoutMs: shortMs, concurrency: 1, ordered: true });
    for (let n = 0; n < 1000; n++) expect((await results.next()).value?.index).toBe(n);
    await expect(results.next()).rejects.toThrow('no such row');
  });
});
