// What `fetchMany` calls, with which results, when, and how many at once; over real sockets.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../../target/start-target.ts';
import type { Target } from '../../target/start-target.ts';
import { until } from '../../testing/until.ts';
import { fetchMany } from './fetch-many.ts';
import type { FetchProgress } from './fetch-progress.ts';
import type { NotOkResult, Result } from '../result.ts';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = target.url;
});
afterAll(() => target.close());
beforeEach(() => target.reset());

const onceEach = { retries: 0, ordered: true } as const;

function hellos(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${url}/hello/${n}`);
}

function* endless(): Generator<string> {
  for (let n = 0; ; n++) yield `${url}/hello/${n}`;
}

/** Gives one item, and breaks when that has been answered. */
async function* breaking(): AsyncGenerator<string> {
  yield `${url}/hello/1`;
  await until(() => target.stats().completed === 1);
  await sleep(5);
  throw new Error('the cursor is gone');
}

async function refuse(): Promise<never> {
  await sleep(50);
  throw new Error('nobody listens');
}

/** Leaves while `onError` is under way. */
async function takeOne(): Promise<void> {
  for await (const _ of fetchMany([`${url}/hello/1`, `${url}/status/404`], { retries: 0, onError: refuse })) {
    await until(() => target.stats().completed === 2);
    await sleep(10);
    break;
  }
}

test('a result has the very item that the source gave, frozen or not, as often as it is sent', async () => {
  const items = [{ url: `${url}/hello/1`, context: { customer: 7 } }, { url: 'nonsense' }, `${url}/hello/2`];
  const frozen = Object.freeze([Object.freeze({ url: `${url}/echo`, json: Object.freeze({ a: 1 }) })]);
  for (let time = 0; time < 2; time++) {
    const results = await fetchMany(items, onceEach).toArray();
    for (const [at, { item }] of results.entries()) expect(item).toBe(items[at]);
    const [sent] = await fetchMany(frozen).toArray();
    expect([sent?.result, sent?.item === frozen[0]]).toEqual(['ok', true]);
  }
});

describe('callbacks', () => {
  test('are called with each result once, in their order, before it is yielded', async () => {
    const said: string[] = [];
    const items = [`${url}/hello/you`, `${url}/status/404`, 'nonsense'];
    const results = fetchMany(items, {
      ...onceEach,
      concurrency: 1,
      parse: (result) => said.push(`parse ${result.index}`),
      onResult: (result) => said.push(`result ${result.index} ${result.result} ${result.value}`),
      onError: (result) => said.push(`error ${result.index} ${result.error.code}`),
    });
    for await (const { index } of results) said.push(`yield ${index}`);
    expect(said.filter((entry) => entry.endsWith('0') || entry.includes(' 0 '))).toEqual([
      'parse 0',
      'result 0 ok 1',
      'yield 0',
    ]);
    const ofFailed = said.filter((entry) => entry.includes(' 1') && !entry.includes(' 0 '));
    expect(ofFailed).toEqual(['result 1 failed undefined', 'error 1 http_status', 'yield 1']);
    expect(said.filter((entry) => entry.includes(' 2'))).toEqual([
      'result 2 failed undefined',
      'error 2 bad_url',
      'yield 2',
    ]);
  });

  test('make values: of what is ok, and in place of what is not', async () => {
    const items = [`${url}/hello/you`, `${url}/status/500`, `${url}/hello/me`];
    const results = await fetchMany(items, {
      ...onceEach,
      parse: async (result) => (await result.text()).length,
      onError: async ({ status }) => {
        await sleep(5);
        return `no: ${status}`;
      },
    }).toArray();
    expect(results.map(({ value }) => value)).toEqual([expect.any(Number), 'no: 500', expect.any(Number)]);
  });

  test.each([
    [
      'throws',
      (): never => {
        throw new RangeError('not so');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('not so'))],
  ])('what parse %s is the failure of that item alone, and onError is told', async (_how, fault) => {
    const told: NotOkResult[] = [];
    const results = await fetchMany(hellos(3), {
      ordered: true,
      parse: (result) => (result.index === 1 ? fault() : result.status),
      onError: (result) => {
        told.push(result);
        return -1;
      },
    }).toArray();
    expect(results.map(({ result, value }) => [result, value])).toEqual([
      ['ok', 200],
      ['failed', -1],
      ['ok', 200],
    ]);
    expect(told).toEqual([results[1]]);
    expect(results[1]?.error).toEqual({
      code: 'callback_error',
      message: '`parse` threw RangeError: not so',
      cause: new RangeError('not so'),
    });
    expect([results[1]?.status, await results[1]?.text(), results[1]?.item]).toEqual([
      200,
      expect.stringContaining('1'),
      `${url}/hello/1`,
    ]);
  });

  test('what onResult throws is too, with what was wrong before', async () => {
    const results = await fetchMany([`${url}/status/404`, `${url}/hello/1`], {
      ...onceEach,
      onResult: () => {
        throw new Error('the table is locked');
      },
    }).toArray();
    expect(results.map(({ error }) => error?.message)).toEqual([
      '`onResult` threw Error: the table is locked; before that, http_status: the server answered 404',
      '`onResult` threw Error: the table is locked',
    ]);
  });

  test.each([false, true])('what onError throws ends the iteration, when all is over (later: %s)', async (later) => {
    const results = fetchMany(endless(), {
      concurrency: 4,
      parse: ({ index }) => {
        if (index === 5) throw new Error('bad');
      },
      onError: (result): unknown => {
        const error = new Error(`gave up at ${result.index}`);
        if (later) return Promise.reject(error);
        throw error;
      },
    });
    const seen: Result[] = [];
    const all = (async () => {
      for await (const result of results) seen.push(result);
    })();
    await expect(all).rejects.toThrow('gave up at 5');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(({ result }) => result === 'ok')).toBe(true);
    await until(() => target.stats().connections.open === 0);
  });

  test('what onError throws late is thrown by the break that waits for it', async () => {
    await expect(takeOne()).rejects.toThrow('nobody listens');
  });

  test.each([false, true])(
    'that are slow hold up the sending, and no more are under way than allowed (%s)',
    async (ordered) => {
      let now = 0;
      let most = 0;
      const results = fetchMany(endless(), {
        ordered,
        concurrency: 5,
        onResult: async () => {
          most = Math.max(most, ++now);
          await sleep(20);
          now--;
        },
      });
      for (let n = 0; n < 20; n++) expect((await results.next()).value?.result).toBe('ok');
      // 5 under way, and what was in flight when they were 5.
      expect(most).toBeGreaterThan(3);
      expect(most).toBeLessThanOrEqual(5 + 4);
      expect(target.stats().total).toBeLessThanOrEqual(20 + 5 + 5 + 5);
      await results.return();
      expect(now).toBe(0);
    },
  );

  test('results stay in the order of the source, whichever callback is slow', async () => {
    const indexes: number[] = [];
    const results = fetchMany(hellos(60), {
      ordered: true,
      concurrency: 8,
      parse: ({ index }) => (index % 3 === 0 ? sleep(5, index) : index % 3 === 1 ? Promise.resolve(index) : index),
    });
    for await (const { index } of results) indexes.push(index);
    expect(indexes).toEqual(hellos(60).map((_, n) => n));
  });

  test('that are under way when the source breaks are waited for, and their results given', async () => {
    let done = 0;
    const results = fetchMany(breaking(), {
      onResult: async () => {
        await sleep(30);
        done++;
      },
    });
    expect((await results.next()).value?.result).toBe('ok');
    await expect(results.next()).rejects.toThrow('the cursor is gone');
    expect(done).toBe(1);
  });
});

describe('progress', () => {
  test('is told every so often, and once before the end with all that was', async () => {
    const told: FetchProgress[] = [];
    const items = [...hellos(5), `${url}/status/404`, `${url}/delay/0.1`];
    const results = fetchMany(items, {
      retries: 0,
      progressEveryMs: 20,
      onProgress: (progress) => told.push(progress),
      parse: ({ index }) => {
        if (index === 0) throw new Error('not this one');
      },
    });
    expect(told).toEqual([]);
    for await (const _ of results);
    expect(told.length).toBeGreaterThan(2);
    expect(told.at(-1)).toMatchObject({ done: 7, ok: 5, failed: 2, inFlight: 0 });
    expect(told.at(-1)?.elapsedMs).toBeGreaterThan(98);
    expect(told.at(-1)?.ratePerSecond).toBeGreaterThan(0);
    const { length } = told;
    await sleep(50);
    expect(told).toHaveLength(length);
  });

  test.each([1, 2])('what it throws the %i. time ends the iteration', async (time) => {
    let told = 0;
    const all = fetchMany([`${url}/delay/0.03`], {
      progressEveryMs: 20,
      onProgress: () => {
        if (++told === time) throw new Error('no terminal');
      },
    }).toArray();
    await expect(all).rejects.toThrow('no terminal');
    expect(told).toBe(time);
  });
});
