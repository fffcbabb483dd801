import { createHash } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

test('bytes are as many as asked for and always the same', async () => {
  const large = await ask(`${target.url}/bytes/5000000`);
  expect([large.body.length, large.headers['content-type']]).toEqual([5_000_000, 'application/octet-stream']);
  for (const bytes of [0, 1, 65_536, 65_537]) {
    const { body, error } = await ask(`${target.url}/bytes/${bytes}`);
    expect([error, body.equals(large.body.subarray(0, bytes))]).toEqual([null, true]);
  }
  const hash = createHash('sha256').update(large.body).digest('hex');
  const again = await ask(`${target.url}/bytes/5000000`);
  expect(createHash('sha256').update(again.body).digest('hex')).toBe(hash);
  expect(new Set(large.body.subarray(0, 65_536)).size).toBe(256);
});

test('bytes of another seed are other bytes', async () => {
  const other = await startTarget({ seed: 2 });
  const [ours, theirs] = [await ask(`${target.url}/bytes/100`), await ask(`${other.url}/bytes/100`)];
  await other.close();
  expect(theirs.body.equals(ours.body)).toBe(false);
});

test('a HEAD for a terabyte costs nothing', async () => {
  const { headers, body, error } = await ask(`${target.url}/bytes/1099511627776`, { method: 'HEAD' });
  expect([headers['content-length'], body.length, error]).toEqual(['1099511627776', 0, null]);
});

test('a client that leaves in the middle of a large body ends it', async () => {
  const abort = new AbortController();
  const asked = ask(`${target.url}/bytes/1099511627776`, { signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  expect((await asked).error).toBe('ABORT_ERR');
  await expect.poll(() => target.stats().inFlight.now).toBe(0);
});

test('text comes in the charset that was asked for', async () => {
  for (const charset of ['utf-8', 'latin1', 'iso-8859-1', 'UTF-16LE', 'utf-16be']) {
    const { body, headers } = await ask(`${target.url}/text?charset=${charset}`);
    expect(headers['content-type']).toBe(`text/plain; charset=${charset}`);
    expect(new TextDecoder(charset).decode(body)).toBe('Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n');
  }
  const japanese = await ask(`${target.url}/text?charset=shift_jis`);
  expect(new TextDecoder('shift_jis').decode(japanese.body)).toBe('こんにちは\n');
  expect((await ask(`${target.url}/text`)).headers['content-type']).toBe('text/plain; charset=utf-8');
  for (const charset of ['klingon', '__proto__', 'constructor']) {
    expect([charset, (await ask(`${target.url}/text?charset=${charset}`)).status]).toEqual([charset, 400]);
  }
});

test('pretty JSON is valid, and says what parsing would spoil', async () => {
  const { body, headers } = await ask(`${target.url}/json/pretty`);
  const text = body.toString();
  expect(headers['content-type']).toBe('application/json');
  expect(() => JSON.parse(text) as unknown).not.toThrow();
  expect(text).toContain('12345678901234567890');
  expect(text).toContain('1.10,');
  expect(text.split('\n').length).toBeGreaterThan(5);
});
