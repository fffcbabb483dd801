import { expect, test } from 'vitest';
import { RefusalPace } from './refusal-pace.ts';

/** A server that lets so many a second pass, one at a time, and answers within a tenth of a millisecond. */
function meet(perSecond: number, forMs: number): { sent: number; refused: number } {
  const pace = new RefusalPace();
  let sent = 0;
  let refused = 0;
  let tokens = 1;
  let nowMs = 0;
  let lastMs = 0;
  while (nowMs < forMs) {
    nowMs += pace.waitMs(nowMs) + 0.1;
    pace.take(nowMs);
    tokens = Math.min(1, tokens + ((nowMs - lastMs) * perSecond) / 1000);
    lastMs = nowMs;
    sent++;
    if (tokens >= 1 - 1e-9) {
      tokens--;
      pace.answered();
    } else {
      refused++;
      pace.refused(0.1, nowMs);
    }
  }
  return { sent, refused };
}

test.each([2, 10, 200])('%i a second are found, with few refusals', (perSecond) => {
  const { sent, refused } = meet(perSecond, 1_000_000 / perSecond);
  expect(refused / sent).toBeLessThan(0.05);
  expect(sent - refused).toBeGreaterThan(0.8 * 1000);
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
    pace.answered();
  }
  expect(pace.distanceMs).toBe(0);
});

test('requests that began before the last change cause no other', () => {
  const pace = new RefusalPace();
  for (const atMs of [1, 4, 10]) pace.refused(1, atMs);
  const { distanceMs } = pace;
  pace.refused(5, 11);
  expect(pace.distanceMs).toBe(distanceMs);
  pace.refused(0.5, 12);
  expect(pace.distanceMs).toBeGreaterThan(distanceMs);
});

test('it ends when all is answered', () => {
  const pace = new RefusalPace();
  for (let count = 0; count < 10; count++) pace.refused(0, count * 1000);
  expect(pace.waitMs(9000)).toBeGreaterThan(10);
  for (let count = 0; count < 100; count++) pace.answered();
  expect([pace.distanceMs, pace.waitMs(9000)]).toEqual([0, 0]);
});
