import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
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

const quotaNames = /ratelimit|retry-after/;

/** The headers that tell of a quota, of so many answers in turn. */
async function told(path: string, count: number, body = ''): Promise<Record<string, unknown>[]> {
  const seen: Record<string, unknown>[] = [];
  for (let n = 0; n < count; n++) {
    const { status, headers } = await ask(target.url + path, { method: 'POST', body });
    const quota = Object.entries(headers).filter(([name]) => quotaNames.test(name));
    seen.push({ status, ...Object.fromEntries(quota) });
  }
  return seen;
}

test('the quota is told in the headers that are asked for', async () => {
  clock.advance(300);
  const limit = { 'ratelimit-limit': '2' };
  expect(await told('/rate/2/a?headers=ratelimit', 3)).toEqual([
    { status: 200, ...limit, 'ratelimit-remaining': '1', 'ratelimit-reset': '1' },
    { status: 200, ...limit, 'ratelimit-remaining': '0', 'ratelimit-reset': '1' },
    { status: 429, ...limit, 'ratelimit-remaining': '0', 'ratelimit-reset': '1' },
  ]);
  // It is 1,700,000,000.3 s since the epoch; the bucket is full again half a second later.
  expect(await told('/rate/2/b?headers=x-ratelimit', 1)).toEqual([
    { status: 200, 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1700000001' },
  ]);
  expect(await told('/rate/0.01/c?headers=openai&burst=2', 2)).toEqual([
    {
      status: 200,
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '1m40s',
    },
    {
      status: 200,
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '3m20s',
    },
  ]);
  expect(await told('/rate/10/d?headers=draft', 1)).toEqual([
    { status: 200, 'ratelimit-policy': '"default";q=10;w=1', ratelimit: '"default";r=9;t=1' },
  ]);
  expect(await told('/rate/1/e?headers=none', 2)).toEqual([{ status: 200 }, { status: 429 }]);
  expect((await ask(`${target.url}/rate/1?headers=cake`)).status).toBe(400);
});

test('who waits as long as any of the headers says is not refused', async () => {
  for (const style of ['ratelimit', 'x-ratelimit', 'openai', 'draft']) {
    const path = `/rate/3/${style}?headers=${style}`;
    const { 1: last } = (await told(path, 4)).slice(2);
    const [, unit] = /(ms|s)$/.exec(String(last?.['x-ratelimit-reset-requests'])) ?? [];
    const epochMs = Number(last?.['x-ratelimit-reset']) * 1000;
    const seconds = last?.['ratelimit-reset'] ?? /t=(\d+)/.exec(String(last?.['ratelimit']))?.[1];
    const duration = Number.parseFloat(String(last?.['x-ratelimit-reset-requests'])) * (unit === 'ms' ? 1 : 1000);
    const waitMs =
      style === 'x-ratelimit' ? epochMs - clock.wallNow() : style === 'openai' ? duration : Number(seconds) * 1000;
    expect(waitMs).toBeGreaterThan(0);
    clock.advance(waitMs);
    expect([style, ...(await statuses(path, 4))]).toEqual([style, 200, 200, 200, 429]);
    expect(target.stats().early).toBe(0);
  }
});

test('who comes back before the time that was named is counted', async () => {
  expect(await statuses('/rate/0.5', 2)).toEqual([200, 429]);
  clock.advance(1900);
  await statuses('/rate/0.5', 1);
  expect(target.stats()).toMatchObject({ early: 1, refused: 2, arrivals: { mostIn100Ms: 2, mostIn1000Ms: 2 } });
});

test('tokens are counted as the answers say', async () => {
  const path = '/tokens/600?tokens=20';
  const { usage } = await askJson(target.url + path, { method: 'POST', body: 'ten bytes.' });
  expect(usage).toEqual({ prompt_tokens: 3, completion_tokens: 20, total_tokens: 23 });
  expect(await told('/tokens/600?tokens=500', 2)).toEqual([
    {
      status: 200,
      'x-ratelimit-limit-tokens': '600',
      'x-ratelimit-remaining-tokens': '77',
      'x-ratelimit-reset-tokens': '52.3s',
    },
    {
      status: 429,
      'x-ratelimit-limit-tokens': '600',
      'x-ratelimit-remaining-tokens': '77',
      'x-ratelimit-reset-tokens': '52.3s',
    },
  ]);
  clock.advance(42_300);
  expect((await told('/tokens/600?tokens=500', 1))[0]).toMatchObject({ status: 200 });
  expect(await told('/tokens/600?tokens=601', 1)).toEqual([{ status: 400 }]);
  expect(await told('/tokens/60/b?tokens=60&headers=retry-after', 2)).toEqual([
    { status: 200 },
    { status: 429, 'retry-after': '60' },
  ]);
});
