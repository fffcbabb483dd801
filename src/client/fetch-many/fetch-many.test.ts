import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
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

/** Items without end, which tell how many were taken and whether the source was closed. */
function endless(item: (n: number) => SourceItem) {
  const taken = { count: 0, closed: false };
  function* items(): Generator<SourceItem> {
    try {
      for (;;) yield item(taken.count++);
    } finally {
      taken.closed = true;
    }
  }
  async function* later(): AsyncGenerator<SourceItem> {
    yield* items();
  }
  return { taken, items, later };
}

/** A port that refuses. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function* failing(): Generator<SourceItem> {
  for (let n = 0; n < 8; n++) yield `${url}/delay/60`;
  throw new RangeError('the cursor is gone');
}

async function* failingLater(): AsyncGenerator<SourceItem> {
  yield* failing();
  await Promise.resolve();
}

describe('results', () => {
  test('come as they are settled, or in the order of the source', async () => {
    const urls = [`${url}/delay/0.2`, new URL(`${url}/delay/0.1`), { url: `${url}/delay/0`, id: 7 }];
    const results = await fetchMany(urls).toArray();
    expect(results.map(({ index }) => index)).toEqual([2, 1, 0]);
    const inOrder = await fetchMany(new Set(urls), { ordered: true }).toArray();
    expect(inOrder.map(({ index, id, status }) => [index, id, status])).toEqual([
      [0, null, 200],
      [1, null, 200],
      [2, '7', 200],
    ]);
  });

  test('tell what was wrong with an item, and nothing is thrown', async () => {
    const hostile = Object.defineProperty({}, 'url', {
      enumerable: true,
      get: () => {
        throw new TypeError('not today');
      },
    });
    const circular: unknown[] = [];
    circular.push(circular);
    const items: unknown[] = [
      `${url}/status/404`,
      'nonsense',
      { url, json: circular },
      { url, body: 'a', json: 1 },
      { url, headers: { 'x-a': 'b\r\nc: d' } },
      { url, headers: 'x-a: b' },
      { url, method: 'GE T' },
      { uri: url },
      5,
      null,
      hostile,
      `${url}/reset`,
      `${url}/hello/you`,
    ];
    const results = await fetchMany(items as SourceItem[], { ordered: true, retries: 0 }).toArray();
    expect(results.map(({ result, attempts, error }) => [result, attempts, error?.code])).toEqual([
      ['failed', 1, 'http_status'],
      ['failed', 0, 'bad_url'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_header'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_method'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_record'],
      ['failed', 0, 'bad_record'],
      ['failed', 1, 'connection_reset'],
      ['ok', 1, undefined],
    ]);
    expect(results[10]?.error?.message).toContain('not today');
  });

  test('are unknown for a POST without an answer that is not to be sent twice', async () => {
    const items = [{ url: `${url}/reset`, json: { pay: 1 } }];
    const [result] = await fetchMany(items, { delivery: 'at-most-once' }).toArray();
    expect([result?.result, result?.status, result?.error?.code]).toEqual(['unknown', null, 'response_lost']);
    expect(target.stats().total).toBe(1);
  });

  test('follow retries, under one idempotency key, and redirects', async () => {
    const items = [{ url: `${url}/flaky/60`, json: {} }, { url: `${url}/redirect/2` }];
    const results = await fetchMany(items, { ordered: true, retries: 9 }).toArray();
    expect(results.map(({ result }) => result)).toEqual(['ok', 'ok']);
    const { distinct } = target.stats({ keys: true }).keys;
    expect(distinct).toBe(1);
    expect(results[1]?.finalUrl).not.toBeNull();
    expect(results[1]?.attempts).toBe(1);
  });

  test('come over TLS that is verified, with the authorities that are given', async () => {
    const tls = { key: testCertificate('server-key'), cert: testCertificate('server') };
    const secure = await startTarget({ tls });
    try {
      const items = [`${secure.url}/hello/tls`];
      const [refused] = await fetchMany(items).toArray();
      expect(refused?.error?.code).toBe('tls_failed');
      const [trusted] = await fetchMany(items, { ca: testCertificate('ca') }).toArray();
      expect(trusted?.result).toBe('ok');
    } finally {
      await secure.close();
    }
  });
});

describe('the source', () => {
  test.each(['items', 'later'] as const)('is read only while there is room (%s)', async (kind) => {
    const source = endless((n) => `${url}/hello/${n}`);
    const results = fetchMany(source[kind](), { concurrency: 8 });
    for (let n = 0; n < 5; n++) await results.next();
    await until(() => target.stats().inFlight.now === 0 && target.stats().completed >= 5 + 8);
    await sleep(30);
    // Nobody takes: 8 wait, 7 more may have been in flight, three batches of 2 are read ahead.
    expect(target.stats().total).toBeLessThanOrEqual(5 + 8 + 7);
    expect(source.taken.count).toBeLessThanOrEqual(5 + 8 + 7 + 7);
    const { count } = source.taken;
    for (let n = 0; n < 100; n++) expect((await results.next()).done).toBe(false);
    expect(source.taken.count).toBeGreaterThan(count + 50);
    await results.return();
    expect(source.taken.closed).toBe(true);
  });

  test('is read no further while its origin is down, whatever the machine could have in flight', async () => {
    const nobody = await closedPort();
    const source = endless((n) => `http://127.0.0.1:${nobody}/${n}`);
    const results = fetchMany(source.items());
    const first = results.next();
    await until(() => source.taken.count >= 100);
    // Long enough for what is not bounded by this to take 20,000.
    await sleep(300);
    // Nothing is in flight: 100 wait, and three batches of 10 are read ahead.
    expect(source.taken.count).toBeLessThanOrEqual(100 + 30);
    await results.return();
    expect((await first).done).toBe(true);
    expect(source.taken.closed).toBe(true);
  });

  test('is read past an origin that is down, for others that are not', async () => {
    const nobody = await closedPort();
    const source = endless((n) => (n % 10 === 0 ? `http://127.0.0.1:${nobody}/${n}` : `${url}/hello/${n}`));
    const results = fetchMany(source.items(), { retries: 50 });
    for (let n = 0; n < 500; n++) expect((await results.next()).value?.result).toBe('ok');
    await results.return();
    expect(target.stats().total).toBeGreaterThanOrEqual(500);
  });

  test('is read so far ahead and no further while the first result is late', async () => {
    const source = endless((n) => (n === 0 ? `${url}/delay/0.3` : `${url}/hello/${n}`));
    const indexes: number[] = [];
    let takenAtFirst = Infinity;
    for await (const { index } of fetchMany(source.items(), { concurrency: 4, ordered: true })) {
      if (index === 0) takenAtFirst = source.taken.count;
      indexes.push(index);
      if (indexes.length === 50) break;
    }
    expect(takenAtFirst).toBeLessThanOrEqual(4 + 4 + 3);
    expect(indexes).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test.each([false, true])(
    'throws, and so does the iteration, when nothing is in flight any more (async: %s)',
    async (later) => {
      const results = fetchMany(later ? failingLater() : failing(), { concurrency: 8 });
      await expect(results.next()).rejects.toThrow(new RangeError('the cursor is gone'));
      await until(() => target.stats().inFlight.now === 0);
      expect(await results.next()).toEqual({ value: undefined, done: true });
    },
  );

  test('may be a web stream, which is cancelled by a break', async () => {
    let cancelled = false;
    const stream = new ReadableStream<string>({
      pull: (controller) => controller.enqueue(`${url}/hello/stream`),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const result of fetchMany(stream, { concurrency: 4 })) {
      expect(result.result).toBe('ok');
      break;
    }
    expect(cancelled).toBe(true);
  });

  test('may be a web stream that gives nothing more, and is cancelled by a break all the same', async () => {
    let cancelled = false;
    const stream = new ReadableStream<string>({
      start: (controller) => controller.enqueue(`${url}/hello/stream`),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of fetchMany(stream)) break;
    expect(cancelled).toBe(true);
  });

  test('may be empty', async () => {
    expect(await fetchMany([]).toArray()).toEqual([]);
  });

  test('is not touched before the first result is asked for', async () => {
    const source = endless(() => url);
    const results = fetchMany(source.items());
    await sleep(20);
    expect(source.taken.count).toBe(0);
    await results.return();
    expect(await results.next()).toEqual({ value: undefined, done: true });
    expect(source.taken.count).toBe(0);
  });
});

describe('the end', () => {
  test('by break: what is in flight is cancelled, and the source is closed', async () => {
    const source = endless((n) => (n === 3 ? `${url}/hello/first` : `${url}/delay/60`));
    for await (const result of fetchMany(source.items(), { concurrency: 20 })) {
      expect(result.index).toBe(3);
      break;
    }
    expect(source.taken.closed).toBe(true);
    await until(() => target.stats().connections.open === 0);
  });

  test('by a signal: what is there is given, then its reason is thrown', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const urls = [`${url}/hello/1`, `${url}/hello/2`, `${url}/delay/60`];
    const results = fetchMany(urls, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await results.next();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await until(() => target.stats().completed === 2);
    await sleep(20);
    controller.abort(new Error('enough'));
    await sleep(0);
    expect((await results.next()).value?.status).toBe(200);
    await expect(results.next()).rejects.toThrow('enough');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await until(() => target.stats().connections.open === 0);
  });

  test('by a signal that was given before: nothing is read', async () => {
    const source = endless(() => url);
    const results = fetchMany(source.items(), { signal: AbortSignal.abort(new Error('too late')) });
    await expect(results.next()).rejects.toThrow('too late');
    expect((await results.next()).done).toBe(true);
    expect(source.taken.count).toBe(0);
  });

  test('a signal that comes after it changes nothing', async () => {
    const controller = new AbortController();
    const results = fetchMany([url, url], { signal: controller.signal });
    await results.next();
    await until(() => getEventListeners(controller.signal, 'abort').length === 0);
    controller.abort();
    expect((await results.next()).done).toBe(false);
    expect((await results.next()).done).toBe(true);
  });

  test('what the source throws at its closing is thrown by the break', async () => {
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: url }),
        return: (): never => {
          throw new Error('cannot close');
        },
      }),
    };
    const takeOne = async (): Promise<void> => {
      for await (const _ of fetchMany(source, { concurrency: 4 })) break;
    };
    await expect(takeOne()).rejects.toThrow('cannot close');
  });

  test('await using ends it as well', async () => {
    const source = endless(() => url);
    {
      await using results = fetchMany(source.items(), { concurrency: 4 });
      await results.next();
    }
    expect(source.taken.closed).toBe(true);
  });
});

test('callers that overlap get different results', async () => {
  const results = fetchMany([url, url, url]);
  const taken = await Promise.all(Array.from({ length: 5 }, () => results.next()));
  expect(taken.map(({ value }) => value?.index ?? null)).toEqual([0, 1, 2, null, null]);
  expect(taken.map(({ done }) => done)).toEqual([false, false, false, true, true]);
});

test('so many requests are in flight as are allowed, and so many to an origin', async () => {
  const urls = Array.from({ length: 60 }, () => `${url}/delay/0.02`);
  await fetchMany(urls, { concurrency: 7 }).toArray();
  expect(target.stats().inFlight.maximum).toBe(7);
  target.reset();
  await fetchMany(urls, { concurrency: 30, perOrigin: 3 }).toArray();
  expect(target.stats().inFlight.maximum).toBe(3);
});
