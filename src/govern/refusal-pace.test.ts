import { expect, test } from 'vitest';
import { RefusalPace } from './refusal-pace.ts';

/** Whether a request that comes then is let in. */
type Server = (nowMs: number) => boolean;

/** Lets so many a second pass, evenly. */
function bucket(perSecond: number): Server {
  let tokens = 1;
  let lastMs = 0;
  return (nowMs) => {
    tokens = Math.min(1, tokens + ((nowMs - lastMs) * perSecond) / 1000);
    lastMs = nowMs;
    if (tokens < 1 - 1e-9) return false;
    tokens--;
    return true;
  };
}

/** Lets so many pass in each window, as fast as they come. */
function windows(count: number, windowMs: number): Server {
  let at = -1;
  let left = 0;
  return (nowMs) => {
    const window = Math.floor(nowMs / windowMs);
    if (window !== at) [at, left] = [window, count];
    return left-- > 0;
  };
}

/** Sends one at a time, each answered or refused within a tenth of a millisecond. */
function meet(server: Server, forMs: number): { served: number; refused: number } {
  const pace = new RefusalPace();
  const counts = { served: 0, refused: 0 };
  for (let nowMs = 0; nowMs < forMs;) {
    nowMs += pace.waitMs(nowMs);
    pace.take(nowMs);
    const isServed = server(nowMs);
    nowMs += 0.1;
    if (isServed) pace.answered(nowMs);
    else pace.refused(0.1, nowMs);
    counts[isServed ? 'served' : 'refused']++;
  }
  return counts;
}

test.each([
  ['2 a second', bucket(2), 2, 300_000],
  ['10 a second', bucket(10), 10, 100_000],
  ['200 a second', bucket(200), 200, 30_000],
  ['50 in each second', windows(50, 1000), 50, 60_000],
  ['100 in each 2 seconds', windows(100, 2000), 50, 60_000],
  ['300 in each minute', windows(300, 60_000), 5, 600_000],
])('%s are found, with few refusals', (_name, server, perSecond, forMs) => {
  const { served, refused } = meet(server, forMs);
  expect(served / ((perSecond * forMs) / 1000)).toBeGreaterThan(0.85);
  expect(refused / (served + refused)).toBeLessThan(0.17);
});

test('without refusals nothing is kept apart', () => {
  const pace = new RefusalPace();
  pace.take(0);
  expect(pace.waitMs(0)).toBe(0);
});

test('one refusal, or two, may have another reason', () => {
  const pace = new RefusalPace();
  for (let count = 0; count < 20; count++) {
    pace.refused(1, count * 10);
    pace.refused(1, count * 10 + 5);
    pace.answered(count * 10 + 6);
  }
  expect(pace.distanceMs).toBe(0);
});

test('requests that began before the last refusal change nothing', () => {
  const pace = new RefusalPace();
  for (const atMs of [1, 4, 10]) pace.refused(1, atMs);
  const waitMs = pace.waitMs(11);
  pace.refused(5, 11);
  expect(pace.waitMs(11)).toBe(waitMs);
  pace.refused(0.5, 12);
  expect(pace.waitMs(12)).toBeGreaterThan(waitMs);
});

test('it ends when all is answered', () => {
  const pace = new RefusalPace();
  for (let count = 0; count < 10; count++) pace.refused(0, count * 1000);
  expect(pace.waitMs(9000)).toBeGreaterThan(5);
  for (let count = 0; count < 300; count++) pace.answered(10_000 + count);
  expect([pace.distanceMs, pace.waitMs(11_000)]).toEqual([0, 0]);
});
