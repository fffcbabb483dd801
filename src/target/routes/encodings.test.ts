import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
  ['deflate', inflateSync],
] as const)('%s is what it says, also the second time', async (encoding, decode) => {
  for (let round = 0; round < 2; round++) {
    const { body, headers } = await ask(`${target.url}/${encoding}`);
    expect([headers['content-encoding'], headers['content-type']]).toEqual([encoding, 'application/json']);
    expect(JSON.parse(decode(body).toString())).toMatchObject({ encoding });
  }
});

test('a bomb is small and unfolds to what was asked for', async () => {
  const { body, headers, error } = await ask(`${target.url}/bomb/10000000`);
  expect([error, headers['content-encoding']]).toEqual([null, 'gzip']);
  expect(body.length).toBeLessThan(20_000);
  const unfolded = gunzipSync(body);
  expect([unfolded.length, unfolded.every((byte) => byte === 0)]).toEqual([10_000_000, true]);
  expect(gunzipSync((await ask(`${target.url}/bomb/0`)).body).length).toBe(0);
});

test('a client that leaves in the middle of a bomb ends it', async () => {
  const abort = new AbortController();
  const asked = ask(`${target.url}/bomb/1099511627776`, { signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  expect((await asked).error).toBe('ABORT_ERR');
  await expect.poll(() => target.stats().inFlight.now).toBe(0);
});
