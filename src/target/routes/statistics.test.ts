import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { until } from '../../testing/until.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(() => target.close());

async function post(record: string, key: string): Promise<void> {
  await ask(`${target.url}/hello/a`, { method: 'POST', headers: { 'X-Record': record, 'Idempotency-Key': key } });
}

test('what was received is shown; asking does not count', async () => {
  await post('r1', 'k1');
  await ask(`${target.url}/status/404?x=1`);
  await until(() => target.stats().completed === 2);
  await askJson(`${target.url}/stats`);
  expect(await askJson(`${target.url}/stats`)).toEqual({
    total: 2,
    completed: 2,
    inFlight: { now: 0, maximum: 1 },
    connections: { opened: 4, open: expect.any(Number), maximum: expect.any(Number) },
    byMethod: { POST: 1, GET: 1 },
    byStatus: { 200: 1, 404: 1 },
    byPath: { '/hello/a': 1, '/status/404': 1 },
    mostByPath: { '/hello/a': 1, '/status/404': 1 },
    arrivals: { mostIn100Ms: expect.any(Number), mostIn1000Ms: expect.any(Number) },
    refused: 0,
    early: 0,
    keys: { distinct: 1, repeated: 0, maximum: 1, untracked: 0 },
    records: { distinct: 1, repeated: 0, maximum: 1, untracked: 0, manyKeys: 0 },
  });
});

test('it tells which record was sent how often, under which keys', async () => {
  await post('r1', 'k1');
  await post('r2', 'k2');
  await post('r2', 'k2');
  await post('r3', 'k3');
  await post('r3', 'k4');
  expect((await askJson(`${target.url}/stats?keys=1`))['byKey']).toEqual({ k1: 1, k2: 2, k3: 1, k4: 1 });
  expect(await askJson(`${target.url}/stats?records=1`)).toMatchObject({
    records: { distinct: 3, repeated: 2, maximum: 2, manyKeys: 1 },
    byRecord: { r2: { POST: 2 }, r3: { POST: 2 } },
    keysOfRecord: { r3: ['k3', 'k4'] },
  });
  const all = await askJson(`${target.url}/stats?records=all`);
  expect(all['byRecord']).toEqual({ r1: { POST: 1 }, r2: { POST: 2 }, r3: { POST: 2 } });
});

test('DELETE forgets it all', async () => {
  await post('r1', 'k1');
  expect(await askJson(`${target.url}/stats`, { method: 'DELETE' })).toEqual({ reset: true });
  expect(await askJson(`${target.url}/stats`)).toMatchObject({ total: 0, keys: { distinct: 0 }, byPath: {} });
});
