// `backoffMs` and `maxBackoffMs` are heard wherever they are given: nine attempts with the usual waits would take half a minute.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { until } from '../testing/until.ts';
import { Client } from './client.ts';
import { fetchMany } from './fetch-many/fetch-many.ts';
import { runBatch } from './run-batch.ts';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/status/404`;
});
afterAll(() => target.close());

/** What neither an outage nor a server's wish holds up. */
const failing = { retries: 8, retryOn: '404' };

describe.each([{ backoffMs: 1, maxBackoffMs: 3 }, { maxBackoffMs: 3 }])('%j', (backoff) => {
  test('a client, and one of its requests', async () => {
    await using client = new Client({ ...failing, ...backoff });
    expect(await client.get(url)).toMatchObject({ status: 404, attempts: 9 });
    await using patient = new Client({ ...failing, backoffMs: 3_600_000 });
    expect(await patient.get(url, backoff)).toMatchObject({ attempts: 9 });
  });

  test('fetchMany', async () => {
    const [result] = await fetchMany([url], { ...failing, ...backoff }).toArray();
    expect(result).toMatchObject({ status: 404, attempts: 9 });
    expect(result?.waitMs).toBeLessThan(1000);
  });

  test('runBatch', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'manyfetch-'));
    const [input, output] = [join(folder, 'in.txt'), join(folder, 'out.jsonl')];
    writeFileSync(input, `${url}\n`);
    await runBatch({ input, output, ...failing, ...backoff });
    const result = JSON.parse(readFileSync(output, 'utf8')) as { attempts: number; waitMs: number };
    expect(result.attempts).toBe(9);
    expect(result.waitMs).toBeLessThan(1000);
    rmSync(folder, { recursive: true });
  });
});

test('a server that asks for more is waited for', async () => {
  const clock = new FakeClock();
  const transport = mockTransport({ '/busy': [{ status: 503, headers: { 'retry-after': '7' } }, { text: 'in' }] });
  await using client = new Client({ baseUrl: 'http://a.test', transport, clock, retries: 1, maxBackoffMs: 1 });
  const asked = client.get('/busy');
  await until(() => transport.calls.length === 1 && clock.pending > 0);
  clock.advance(6999);
  await setImmediate();
  expect(transport.calls).toHaveLength(1);
  clock.advance(1);
  expect(await asked).toMatchObject({ status: 200, attempts: 2 });
});

test('what cannot be is refused, and nothing sent', async () => {
  const refused = { code: 'bad_option', message: '`backoffMs` is longer than `maxBackoffMs`: 5 ms and 4 ms' };
  const backwards = { backoffMs: 5, maxBackoffMs: 4 };
  const before = target.stats().total;
  expect(() => new Client(backwards)).toThrow(expect.objectContaining(refused));
  await using client = new Client();
  await expect(client.get(url, backwards)).rejects.toMatchObject(refused);
  expect(() => fetchMany([url], backwards)).toThrow(expect.objectContaining(refused));
  await expect(runBatch({ input: 'in.txt', ...backwards })).rejects.toMatchObject(refused);
  for (const options of [{ backoffMs: 0 }, { backoffMs: Infinity }, { maxBackoffMs: 0 }, { maxBackoffMs: 2 ** 31 }])
    expect(() => fetchMany([url], options)).toThrow(/ackoffMs` to be a time from 1 ms to 24 days/);
  expect(target.stats().total).toBe(before);
});

test('no longest wait is Infinity', async () => {
  await using client = new Client({ ...failing, retries: 2, backoffMs: 1, maxBackoffMs: Infinity });
  expect(await client.get(url)).toMatchObject({ attempts: 3 });
});
