// The models do what their formulas say, by the clock.

import { expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import type { Exchange } from '../http/transport.ts';
import { FakeClock } from './fake-clock.ts';
import { ModelledServer } from './modelled-server.ts';
import { courseAt, kneeFactor, lognormal } from './physics-model.ts';
import type { ServerModel } from './physics-model.ts';

const origin = 'http://a.test';

/** Sends so many at once, and says what became of each and when, in the order of their ends. */
function burst(model: ServerModel, count: number): { ends: string[]; server: ModelledServer; exchanges: Exchange[] } {
  const clock = new FakeClock();
  const server = new ModelledServer(clock, seededRandom(1), { [origin]: model });
  const ends: string[] = [];
  const exchanges: Exchange[] = [];
  for (let number = 1; number <= count; number++) {
    let head = '';
    const request = { method: 'GET', origin, path: `/${number}`, headers: [], body: null, shownUrl: '' };
    const exchange = server.send(request, {
      onHead: (status, headers) => (head = [status, ...headers].join(' ')),
      onData: () => {},
      onEnd: () => ends.push(`${number}: ${head} at ${clock.now()}`),
      onError: ({ code }) => ends.push(`${number}: ${code} at ${clock.now()}`),
    });
    if (model.baseMs === 77 && number === 2) exchange.cancel();
    exchanges.push(exchange);
  }
  expect(ends).toEqual([]);
  clock.advance(10_000);
  expect(clock.pending).toBe(0);
  return { ends, server, exchanges };
}

test('a course is a number, a line, or a jump', () => {
  expect(courseAt(5, 99)).toBe(5);
  const course = [
    [0, 60],
    [100, 60],
    [200, 20],
    [300, 20],
    [300, 80],
  ] as const;
  expect([0, 100, 150, 200, 299, 300, 999].map((atMs) => courseAt(course, atMs))).toEqual([60, 60, 40, 20, 20, 80, 80]);
});

test('a knee is level below, and rises with its power above; a round one rises earlier', () => {
  expect([1, 50, 100].map((n) => kneeFactor({ at: 50, power: 2 }, n, 0))).toEqual([1, 1, 4]);
  expect(kneeFactor({ at: 50, power: 1, round: 6 }, 50, 0)).toBeCloseTo(2 ** (1 / 6));
  expect(kneeFactor({ at: 50, power: 1, round: 6 }, 500, 0)).toBeCloseTo(10, 3);
});

test('jitter has a mean of 1', () => {
  const random = seededRandom(5);
  const values = Array.from({ length: 20_000 }, () => lognormal(0.3, random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeCloseTo(1, 2);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.sqrt(variance)).toBeCloseTo(0.307, 2);
});

test('a new connection takes longer', () => {
  expect(burst({ baseMs: 10, connectMs: 5 }, 1).ends).toEqual(['1: 200 at 15']);
});

test('above a hard limit: refused, dropped, or queued', () => {
  expect(burst({ baseMs: 10, limit: { at: 1, above: 'refuse' } }, 2).ends).toEqual(['2: 429 at 1', '1: 200 at 10']);
  const dropped = burst({ baseMs: 10, limit: { at: 1, above: 'drop', refusalMs: 20 } }, 2);
  expect(dropped.ends).toEqual(['1: 200 at 10', '2: connection_reset at 20']);
  expect(dropped.server.counts(origin)).toEqual({ received: 2, served: 1, refused: 1, mostInFlight: 2 });
  const queued = burst({ baseMs: 10, limit: { at: 1, above: 'queue' } }, 3);
  expect(queued.ends).toEqual(['1: 200 at 10', '2: 200 at 20', '3: 200 at 30']);
});

test('above a rate, in an outage, and for a poisoned record', () => {
  const rate = { perSecond: 1, burst: 1, retryAfterS: 3 };
  expect(burst({ baseMs: 10, rate }, 2).ends).toEqual(['2: 429 retry-after 3 at 1', '1: 200 at 10']);
  const outage = { fromMs: 0, untilMs: 50 };
  expect(burst({ baseMs: 10, outage: { ...outage, as: 'refuse' } }, 1).ends).toEqual(['1: connect_refused at 1']);
  expect(burst({ baseMs: 10, outage: { ...outage, as: '503' } }, 1).ends).toEqual(['1: 503 at 1']);
  const silent = burst({ baseMs: 10, outage: { ...outage, as: 'timeouts' } }, 1);
  expect([silent.ends, silent.server.statistics().inFlight]).toEqual([[], 1]);
  silent.exchanges[0]?.cancel();
  expect(silent.server.statistics()).toEqual({ inFlight: 0, connections: 0, connected: 1 });
  expect(burst({ baseMs: 10, poison: { every: 2, status: 500 } }, 2).ends).toEqual(['1: 200 at 10', '2: 500 at 10']);
});

test('what is given up frees its place, and is heard of no more', () => {
  const { ends, server } = burst({ baseMs: 77, limit: { at: 2, above: 'queue' } }, 3);
  expect(ends).toEqual(['1: 200 at 77', '3: 200 at 77']);
  expect(server.statistics()).toEqual({ inFlight: 0, connections: 2, connected: 3 });
});
