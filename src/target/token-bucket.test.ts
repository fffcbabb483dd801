import { expect, test } from 'vitest';

import { TokenBucket } from './token-bucket.ts';

test('begins full, and tells how long to wait when it is empty', () => {
  const bucket = new TokenBucket(10, 2, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(40)]).toEqual([0, 0, 100, 60]);
});

test('gives one token each interval, and asking in vain costs nothing', () => {
  const bucket = new TokenBucket(10, 1, 0);
  let taken = 0;
  for (let nowMs = 0; nowMs < 1000; nowMs += 5) if (bucket.take(nowMs) === 0) taken++;
  expect(taken).toBe(10);
});

test('holds no more than its maximum, however long it waits', () => {
  const bucket = new TokenBucket(1000, 3, 0);
  const nowMs = 3_600_000;
  expect([bucket.take(nowMs), bucket.take(nowMs), bucket.take(nowMs), bucket.take(nowMs)]).toEqual([0, 0, 0, 1]);
});
