import { Agent } from 'node:http';

import { afterAll, afterEach, describe, expect, test } from 'vitest';

import { ask, askJson, type Asked } from '../testing/ask.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { until } from '../testing/until.ts';
import type { ApiOptions } from './api-mode.ts';
import { startTarget, type Target } from './start-target.ts';

let target: Target;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
afterEach(() => target.close());
afterAll(() => agent.destroy());

async function start(api: ApiOptions, seed = 1): Promise<void> {
  target = await startTarget({ api, seed });
}

/** One after another, so that the order is the same each time. */
async function outcomes(count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let n = 0; n < count; n++) {
    const asked = await ask(`${target.url}/orders`, { agent, method: 'POST', body: `{"n":${n}}` });
    seen.push(`${asked.status ?? ''} ${asked.error ?? ''}`);
  }
  return seen;
}

test('any path answers with what was received, own paths too', async () => {
  await start({ latencyMs: 0, jitter: 0, faults: 0 });
  const order = await ask(`${target.url}/v1/orders?x=1`, { method: 'PUT', body: 'four' });
  expect(order.status).toBe(200);
  expect(JSON.parse(order.body.toString())).toEqual({
    ok: true,
    id: expect.stringMatching(/^[0-9a-f]{8}$/),
    received: { method: 'PUT', path: '/v1/orders', bytes: 4 },
  });
  expect(await askJson(`${target.url}/hello/you`)).toMatchObject({ received: { path: '/hello/you' } });
  expect(await askJson(`${target.url}/stats`)).toMatchObject({ received: { path: '/stats' } });
});

test('its own paths stand under /__target/', async () => {
  await start({ latencyMs: 0, jitter: 0, faults: 1 });
  expect(await askJson(`${target.url}/__target/hello/you`)).toMatchObject({ hello: 'you' });
  expect(await askJson(`${target.url}/__target`)).toMatchObject({ service: 'manyfetch target' });
  expect((await ask(`${target.url}/__target/nope`)).status).toBe(404);
  expect((await ask(`${target.url}/__target/redirect/1`)).headers.location).toBe('/__target/hello/redirected');
  const stats = await askJson(`${target.url}/__target/stats`);
  expect(stats).toMatchObject({ total: 4, byPath: { '/__target/hello/you': 1 } });
});

describe('faults', () => {
  test('are as many as asked for, of every kind, and the same for the same seed', async () => {
    await start({ latencyMs: 0, jitter: 0, faults: 0.5 });
    const first = await outcomes(300);
    const faults = first.filter((outcome) => outcome !== '200 ');
    expect(faults.length).toBeGreaterThan(120);
    expect(faults.length).toBeLessThan(180);
    expect(new Set(faults)).toEqual(new Set(['422 ', '500 ', '503 ', '429 ', ' ECONNRESET', '200 ECONNRESET']));
    target.reset();
    expect(await outcomes(300)).toEqual(first);
  });

  test('differ with another seed', async () => {
    await start({ latencyMs: 0, jitter: 0, faults: 0.5 });
    const first = await outcomes(60);
    await target.close();
    await start({ latencyMs: 0, jitter: 0, faults: 0.5 }, 2);
    expect(await outcomes(60)).not.toEqual(first);
  });

  test('that name a wait say one second', async () => {
    await start({ latencyMs: 0, jitter: 0, faults: 1 });
    const waits = new Map<number | null, string | undefined>();
    for (let n = 0; n < 150; n++) {
      const { status, headers } = await ask(target.url, { agent });
      waits.set(status, headers['retry-after']);
    }
    expect([waits.get(503), waits.get(429), waits.get(500)]).toEqual(['1', '1', undefined]);
  });
});

async function post(n: number): Promise<Asked> {
  const headers = { 'Idempotency-Key': `k${n}` };
  return await ask(`${target.url}/orders`, { agent, method: 'POST', headers, body: `{"n":${n}}` });
}

test('a few requests are refused for good, chosen by what they say; without faults none is', async () => {
  await start({ latencyMs: 0, jitter: 0, faults: 1e-9 });
  const statuses = await Promise.all(Array.from({ length: 2000 }, async (_, n) => (await post(n)).status));
  const refused = [...statuses.keys()].filter((n) => statuses[n] === 422);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(refused.length).toBeLessThanOrEqual(12);
  expect(new Set(statuses)).toEqual(new Set([200, 422]));
  for (const n of refused) {
    const again = await post(n);
    expect(again.status).toBe(422);
    expect(JSON.parse(again.body.toString())).toMatchObject({ ok: false, error: expect.any(String) });
  }
  await target.close();
  await start({ latencyMs: 0, jitter: 0, faults: 0 });
  for (const n of refused) expect((await post(n)).status).toBe(200);
});

/** How long each request waits, told by a clock that only we move. */
async function latencies(api: ApiOptions, count: number): Promise<number[]> {
  const clock = new FakeClock();
  target = await startTarget({ api, clock });
  const all = Array.from({ length: count }, () => ask(target.url));
  await until(() => clock.pending === count);
  const seen: number[] = [];
  for (let ms = 1; clock.pending > 0; ms++) {
    clock.advance(1);
    while (seen.length < count - clock.pending) seen.push(ms);
  }
  const statuses = await Promise.all(all.map(async (asked) => (await asked).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
  return seen;
}

describe('latency', () => {
  test('has the mean that was asked for, and a spread', async () => {
    const seen = await latencies({ latencyMs: 40, faults: 0 }, 200);
    const mean = seen.reduce((sum, ms) => sum + ms, 0) / seen.length;
    expect(mean).toBeGreaterThan(36);
    expect(mean).toBeLessThan(44);
    expect(Math.min(...seen)).toBeLessThan(30);
    expect(Math.max(...seen)).toBeGreaterThan(60);
  });

  test('without jitter is constant', async () => {
    expect(new Set(await latencies({ latencyMs: 25, jitter: 0, faults: 0 }, 20))).toEqual(new Set([25]));
  });
});
