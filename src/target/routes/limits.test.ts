import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { until } from '../../testing/until.ts';
import { startTarget, type Target } from '../start-target.ts';

let clock: FakeClock;
let target: Target;
beforeEach(async () => {
  clock = new FakeClock();
  target = await startTarget({ clock, seed: 7 });
});
afterEach(() => target.close());

async function statuses(path: string, count: number): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (let n = 0; n < count; n++) seen.push((await ask(target.url + path)).status);
  return seen;
}

test('beyond the rate the answer is 429 and says how long to wait', async () => {
  expect(await statuses('/rate/3', 4)).toEqual([200, 200, 200, 429]);
  clock.advance(334);
  expect(await statuses('/rate/3', 2)).toEqual([200, 429]);
  expect(await statuses('/rate/0.1', 1)).toEqual([200]);
  const refused = await ask(`${target.url}/rate/0.1`);
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '10']);
  expect((await ask(`${target.url}/rate/3`)).headers['retry-after']).toBe('1');
});

test('each path has its own rate, and a burst if asked for', async () => {
  expect(await statuses('/rate/2/a?burst=1', 2)).toEqual([200, 429]);
  expect(await statuses('/rate/2/b?burst=3', 4)).toEqual([200, 200, 200, 429]);
});

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

test('flakiness takes its share, its kinds in turn, the same for the same seed', async () => {
  const outcomes = async (): Promise<string[]> => {
    const seen: string[] = [];
    for (let n = 0; n < 300; n++) {
      const asked = await ask(`${target.url}/flaky/30`);
      seen.push(String(asked.status ?? asked.error));
    }
    return seen;
  };
  const first = await outcomes();
  const faults = first.filter((outcome) => outcome !== '200');
  expect(faults.length).toBeGreaterThan(70);
  expect(faults.length).toBeLessThan(110);
  expect(faults).toEqual(faults.map((_, n) => ['500', '503', 'ECONNRESET'][n % 3]));
  target.reset();
  expect(await outcomes()).toEqual(first);
});

test('flakiness of none and of all', async () => {
  expect(new Set(await statuses('/flaky/0', 50))).toEqual(new Set([200]));
  expect(await statuses('/flaky/100', 6)).toEqual([500, 503, null, 500, 503, null]);
});

test('what is not flaky tells the idempotency key', async () => {
  const headers = { 'Idempotency-Key': 'k-1' };
  expect(await askJson(`${target.url}/flaky/0`, { headers })).toEqual({ ok: true, key: 'k-1' });
  expect(await askJson(`${target.url}/flaky/0?key=k-2`)).toEqual({ ok: true, key: 'k-2' });
  expect(await askJson(`${target.url}/flaky/0`)).toEqual({ ok: true, key: null });
});
