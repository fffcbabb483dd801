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

test('takes several at once, or none of them, and tells what is left and when it is full', () => {
  const bucket = new TokenBucket(10, 20, 0);
  expect([bucket.take(0, 15), bucket.take(0, 15), bucket.remaining(0), bucket.fullInMs(0)]).toEqual([0, 1000, 5, 1500]);
  expect([bucket.remaining(999), bucket.take(1000, 15), bucket.remaining(1000)]).toEqual([14, 0, 0]);
  expect([bucket.fullInMs(1000), bucket.fullInMs(60_000), bucket.remaining(60_000)]).toEqual([2000, 0, 20]);
});
