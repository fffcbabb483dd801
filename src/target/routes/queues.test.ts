import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Clock } from '../../concurrency/clock.ts';
import { ask } from '../../testing/ask.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { until } from '../../testing/until.ts';
import { startTarget, type Target } from '../start-target.ts';

let clock: FakeClock;
let target: Target;
beforeEach(async () => {
  clock = new FakeClock();
  target = await startTarget({ clock });
});
afterEach(() => target.close());

async function statuses(path: string, count: number): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (let n = 0; n < count; n++) seen.push((await ask(target.url + path)).status);
  return seen;
}

test('more than n at once is 503, until one of them is over', async () => {
  const first = [ask(`${target.url}/limit/2?ms=30`), ask(`${target.url}/limit/2?ms=30`)];
  await until(() => clock.pending === 2);
  expect(await statuses('/limit/2?ms=30', 2)).toEqual([503, 503]);
  expect(clock.pending).toBe(2);
  clock.advance(30);
  expect((await Promise.all(first)).map((asked) => asked.status)).toEqual([200, 200]);
  await until(() => target.stats().inFlight.now === 0);
  const next = ask(`${target.url}/limit/2?ms=30`);
  await until(() => clock.pending === 1);
  clock.advance(30);
  expect((await next).status).toBe(200);
});

test('a client that gives up makes room', async () => {
  const abort = new AbortController();
  const given = ask(`${target.url}/limit/1`, { signal: abort.signal });
  await until(() => clock.pending === 1);
  abort.abort();
  await given;
  await until(() => target.stats().inFlight.now === 0);
  const next = ask(`${target.url}/limit/1`);
  await until(() => clock.pending === 1);
  clock.advance(20);
  expect((await next).status).toBe(200);
});

test('how the rest is turned away can be chosen, and how long it is to wait', async () => {
  const held = ask(`${target.url}/limit/1`);
  await until(() => clock.pending === 1);
  const refused = async (query: string): Promise<unknown[]> => {
    const { status, error, headers } = await ask(`${target.url}/limit/1?${query}`);
    return [status ?? error, headers['retry-after']];
  };
  expect(await refused('over=429&retry-after=2')).toEqual([429, '2']);
  expect(await refused('over=503&retry-after=0.5')).toEqual([503, '1']);
  expect(await refused('over=429')).toEqual([429, undefined]);
  expect(await refused('over=reset')).toEqual(['ECONNRESET', undefined]);
  expect(await refused('over=cake&ms=x')).toEqual([400, undefined]);
  const silent = ask(`${target.url}/limit/1?over=silent`, { signal: AbortSignal.timeout(50) });
  expect((await silent).status).toBe(null);
  expect(target.stats()).toMatchObject({ refused: 5, early: 0, byStatus: { silent: 1, reset: 1, 429: 2, 503: 1 } });
  clock.advance(20);
  expect((await held).status).toBe(200);
});

test('with a queue nobody is turned away: each waits for its turn', async () => {
  const all = await present('/limit/2?over=queue&ms=30', 5);
  clock.advance(30);
  await until(() => all.done === 2);
  expect(clock.pending).toBe(2);
  clock.advance(60);
  await until(() => all.done === 5);
  expect(all.statuses).toEqual([200, 200, 200, 200, 200]);
});

test('the number in flight that is allowed can be told in headers', async () => {
  const first = ask(`${target.url}/limit/3?headers=draft`);
  await until(() => clock.pending === 1);
  const second = ask(`${target.url}/limit/3?headers=draft`);
  await until(() => clock.pending === 2);
  clock.advance(20);
  const policy = '"in-flight";q=3;qu="concurrent-requests"';
  expect((await first).headers).toMatchObject({ 'ratelimit-policy': policy, ratelimit: '"in-flight";r=2' });
  expect((await second).headers).toMatchObject({ 'ratelimit-policy': policy, ratelimit: '"in-flight";r=1' });
});

/** Sends so many requests, one after another, and tells how many are done. */
async function present(path: string, count: number): Promise<{ done: number; statuses: (number | null)[] }> {
  const seen: { done: number; statuses: (number | null)[] } = { done: 0, statuses: [] };
  for (let n = 1; n <= count; n++) {
    const before = target.stats().inFlight.now;
    void (async () => {
      const { status } = await ask(target.url + path);
      seen.done++;
      seen.statuses.push(status);
    })();
    await until(() => target.stats().inFlight.now === before + 1);
  }
  return seen;
}

test('a knee: n at once take their time, the others wait in their order', async () => {
  const all = await present('/knee/2?ms=20', 6);
  expect(clock.pending).toBe(2);
  for (const done of [2, 4, 6]) {
    clock.advance(19);
    await until(() => target.stats().inFlight.now === 8 - done);
    clock.advance(1);
    await until(() => all.done === done);
  }
  expect(target.stats().mostByPath).toEqual({ '/knee/2': 6 });
});

test('a timer that fires late costs no throughput', async () => {
  await target.close();
  const late: Clock = {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs + 15, callback),
    clearTimer: (handle) => clock.clearTimer(handle),
    soon: (callback) => clock.soon(callback),
  };
  target = await startTarget({ clock: late });
  const all = await present('/knee/1?ms=20', 3);
  // Due at 20, 40 and 60, each noticed 15 ms later.
  clock.advance(75);
  await until(() => all.done === 3);
  expect(clock.pending).toBe(0);
});

test('who gives up makes room, whether it waited or was served', async () => {
  const served = new AbortController();
  const waited = new AbortController();
  const ends = [served, waited].map(async ({ signal }, n) => {
    await until(() => target.stats().inFlight.now === n);
    return await ask(`${target.url}/knee/1?ms=20`, { signal });
  });
  await until(() => target.stats().inFlight.now === 2);
  const all = await present('/knee/1?ms=20', 1);
  waited.abort();
  await until(() => target.stats().inFlight.now === 2);
  clock.advance(10);
  served.abort();
  await until(() => target.stats().inFlight.now === 1 && clock.pending === 1);
  clock.advance(19);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await until(() => all.done === 1);
  expect((await Promise.all(ends)).map(({ status }) => status)).toEqual([null, null]);
});

test('beyond a steep knee each takes longer', async () => {
  const all = await present('/knee/1?ms=20&exp=2', 3);
  clock.advance(20);
  await until(() => all.done === 1);
  // Two are there as the second begins: it takes 2 to the 2nd as long.
  clock.advance(79);
  expect([clock.pending, target.stats().completed]).toEqual([1, 1]);
  clock.advance(1);
  await until(() => all.done === 2);
  clock.advance(20);
  await until(() => all.done === 3);
});
