// What waits: for a server that asked for it, for a rate, for its turn. It holds no permit meanwhile,
// and who need not wait goes on.

import { describe, expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer, FakeScript } from '../testing/fake-transport.ts';

/** The wall clock of a bench begins here. */
const wallStartMs = 1_700_000_000_000;

/** The first request that matches is answered with 429 and this; all others with 200. */
function refuseOnce(path: string, retryAfter: string): FakeScript {
  let refused = false;
  return (request): FakeAnswer => {
    if (refused || request.path !== path) return { headMs: 10 };
    refused = true;
    return { status: 429, headMs: 10, headers: ['retry-after', retryAfter] };
  };
}

/** Even records go to a.test, odd ones to b.test. */
const twoOrigins = (index: number) => planned(index, `http://${index % 2 === 0 ? 'a' : 'b'}.test/${index}`);

describe('Retry-After', () => {
  test.each([
    ['in seconds', '7', 7000],
    ['as a date', new Date(wallStartMs + 9000).toUTCString(), 9000 - 10],
  ])('%s: the origin waits, another goes on, and nothing that waits holds a permit', async (_name, value, waitMs) => {
    const bench = new EngineBench({
      records: 40,
      concurrency: 2,
      plan: twoOrigins,
      script: refuseOnce('/0', value),
      policy: { random: () => 0 },
    });
    bench.start();
    await bench.untilMs(5000);
    expect(bench.governor.statistics().inFlight).toBe(0);
    expect(bench.transport.statistics().inFlight).toBe(0);
    expect(bench.events.settledIndexes.filter((index) => index % 2 === 1)).toHaveLength(20);
    expect(bench.events.settledIndexes.filter((index) => index % 2 === 0)).toEqual([]);
    expect(await bench.finish()).toEqual({ kind: 'finished' });
    const toA = bench.transport.sendings.filter(({ request }) => request.origin === 'http://a.test');
    expect(toA.map(({ atMs }) => atMs).slice(0, 2)).toEqual([0, 10 + waitMs]);
    expect(bench.recorder.story(0)).toBe('ok 200 x2');
    expect(bench.events.settledIndexes).toHaveLength(40);
  });

  test('what is due earlier is not held up by what was known earlier', async () => {
    const bench = new EngineBench({
      records: 2,
      plan: twoOrigins,
      script: ({ path }, { atMs }) => {
        if (atMs > 20) return {};
        return path === '/0' ? { status: 503, headers: ['retry-after', '30'] } : { status: 500, headMs: 10 };
      },
      policy: { random: () => 0.5 },
    });
    await bench.run();
    expect([bench.sentAtMs('/0'), bench.sentAtMs('/1')]).toEqual([
      [0, 30_000],
      [0, 260],
    ]);
  });

  test('a longer backoff wins over a shorter wait', async () => {
    const bench = new EngineBench({ records: 1, script: refuseOnce('/0', '0'), policy: { random: () => 0.9 } });
    await bench.run();
    expect(bench.sentAtMs('/0')).toEqual([0, 460]);
  });

  test('the backoff that was asked for doubles up to its bound, and never shortens a wait', async () => {
    const bench = new EngineBench({
      records: 1,
      script: (_, { count }) => ({ status: 503, headMs: 10, headers: ['retry-after', count === 2 ? '5' : '0'] }),
      policy: { random: () => 0.5, backoffMs: 2000, maxBackoffMs: 3000, retries: 3 },
    });
    await bench.run();
    expect(bench.sentAtMs('/0')).toEqual([0, 1010, 2520, 7530]);
  });

  test('a longer wait than is allowed fails the records of that origin, unsent, and holds up no other', async () => {
    const bench = new EngineBench({
      records: 4,
      concurrency: 1,
      plan: (index) => planned(index, `http://${index === 2 ? 'b' : 'a'}.test/${index}`),
      script: refuseOnce('/0', '61'),
      policy: { maxWaitMs: 60_000 },
    });
    await bench.run();
    const [first, ...others] = bench.stories();
    expect([first, ...others.sort()]).toEqual([
      'failed wait_too_long x1',
      'failed wait_too_long x0',
      'failed wait_too_long x0',
      'ok 200 x1',
    ]);
    expect(bench.clock.now()).toBeLessThan(100);
    expect(bench.transport.sendings).toHaveLength(2);
    expect(bench.recorder.results.get(0)).toMatchObject({ answer: { status: 429 } });
  });

  test('a quota that comes back later than is allowed fails what waits for it, unsent', async () => {
    const bench = new EngineBench({
      records: 5,
      concurrency: 1,
      script: () => ({
        headMs: 10,
        headers: ['ratelimit-limit', '9', 'ratelimit-remaining', '0', 'ratelimit-reset', '9999'],
      }),
      policy: { maxWaitMs: 3_600_000 },
    });
    await bench.run();
    expect(bench.stories()).toEqual(['ok 200 x1', ...Array<string>(4).fill('failed wait_too_long x0')]);
    expect(bench.clock.now()).toBeLessThan(100);
  });

  test('of two waits the later one counts, whichever was asked for first', async () => {
    const bench = new EngineBench({
      records: 3,
      concurrency: 2,
      policy: { random: () => 0 },
      script: (_request, { count }) => {
        if (count === 0) return { status: 503, headMs: 10, headers: ['retry-after', '20'] };
        if (count === 1) return { status: 503, headMs: 20, headers: ['retry-after', '5'] };
        return {};
      },
    });
    await bench.run();
    expect(bench.transport.sendings.map(({ atMs }) => atMs)).toEqual([0, 0, 20_010, 20_010, 20_010]);
  });

  test('waiting is told once with its end, and told to be over', async () => {
    const bench = new EngineBench({
      records: 3,
      concurrency: 1,
      policy: { random: () => 0 },
      script: refuseOnce('/0', '12'),
    });
    await bench.run();
    expect(bench.events.waits).toEqual([
      {
        origin: 'http://a.test',
        wait: {
          origin: 'http://a.test',
          untilMs: 12_010,
          reason: 'retry-after',
          detail: 'it answered 429 with Retry-After',
        },
      },
      { origin: 'http://a.test', wait: null },
    ]);
  });

  test('a wait that gets longer, or has another reason, is told anew', async () => {
    const bench = new EngineBench({
      records: 3,
      concurrency: 1,
      rate: { count: 1, perMs: 1000 },
      policy: { random: () => 0 },
      script: refuseOnce('/1', '12'),
    });
    await bench.run();
    expect(bench.events.waits.map(({ wait }) => wait && [wait.reason, wait.untilMs])).toEqual([
      ['rate', 1000],
      null,
      ['retry-after', 13_010],
      null,
      ['rate', 14_010],
      null,
    ]);
  });

  test('a request for a wait that comes while the rate holds the origin is told as well', async () => {
    const bench = new EngineBench({
      records: 3,
      concurrency: 2,
      rate: { count: 1, perMs: 1000 },
      policy: { random: () => 0 },
      script: refuseOnce('/0', '12'),
    });
    await bench.run();
    expect(bench.events.waits.slice(0, 3).map(({ wait }) => wait && [wait.reason, wait.untilMs])).toEqual([
      ['rate', 1000],
      ['retry-after', 12_010],
      null,
    ]);
  });
});

describe('rates and turns', () => {
  test('a rate spaces the requests of each origin by itself, from the first one on', async () => {
    const bench = new EngineBench({
      records: 8,
      rate: { count: 5, perMs: 1000 },
      plan: twoOrigins,
      script: () => ({ headMs: 3 }),
    });
    await bench.run();
    for (const origin of ['http://a.test', 'http://b.test']) {
      const times = bench.transport.sendings.filter(({ request }) => request.origin === origin).map(({ atMs }) => atMs);
      expect(times).toEqual([0, 200, 400, 600]);
    }
  });

  test('retries keep the rate as well', async () => {
    const bench = new EngineBench({
      records: 4,
      rate: { count: 10, perMs: 1000 },
      script: (_request, { count }) => ({ status: count < 6 ? 500 : 200 }),
    });
    await bench.run();
    const times = bench.sentAtMs('/');
    expect(times).toHaveLength(10);
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    // What comes late may be made up for, but only so much.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(90);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(890);
  });

  test('no origin starves another: each gets its turn, however many records another has', async () => {
    const bench = new EngineBench({
      records: 103,
      concurrency: 2,
      perOrigin: 2,
      // 100 records of one origin come first.
      plan: (index) => planned(index, `http://${index < 100 ? 'a' : `b${index}`}.test/${index}`),
      batchSize: 200,
      script: () => ({ headMs: 100 }),
      rate: { count: 1, perMs: 1000 },
    });
    await bench.run();
    const others = bench.transport.sendings.filter(({ request }) => request.origin !== 'http://a.test');
    expect(others.map(({ atMs }) => atMs)).toEqual([0, 100, 100]);
  });

  test('lanes that are full are asked again when a permit of theirs comes back', async () => {
    const bench = new EngineBench({
      records: 60,
      concurrency: 6,
      perOrigin: 2,
      plan: (index) => planned(index, `http://h${index % 3}.test/${index}`),
      script: () => ({ headMs: 10 }),
    });
    await bench.run();
    expect([...bench.transport.mostInFlight.values()]).toEqual([2, 2, 2]);
    expect(bench.clock.now()).toBe(100);
  });
});
