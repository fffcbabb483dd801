import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, askJson } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeEach(async () => {
  target = await startTarget({ seed: 7 });
});
afterEach(() => target.close());

async function statuses(path: string, count: number): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (let n = 0; n < count; n++) seen.push((await ask(target.url + path)).status);
  return seen;
}

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
