import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { ProgressTeller } from './fetch-progress.ts';
import type { FetchProgress } from './fetch-progress.ts';

function telling(clock: FakeClock, tell: (progress: FetchProgress) => void) {
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const teller = new ProgressTeller({ tell, everyMs: 1000, inFlight: () => 7, clock, onFailure });
  return { teller, failures };
}

test('tells every so often what has been counted, once more at the end, and then nothing', () => {
  const clock = new FakeClock();
  clock.advance(500);
  const told: FetchProgress[] = [];
  const { teller } = telling(clock, (progress) => told.push(progress));
  for (let n = 0; n < 10; n++) teller.count(n !== 3);
  clock.advance(999);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([{ done: 10, ok: 9, failed: 1, inFlight: 7, elapsedMs: 1000, ratePerSecond: 10 }]);
  clock.advance(2000);
  expect(told.map(({ elapsedMs }) => elapsedMs)).toEqual([1000, 2000, 3000]);
  clock.advance(100);
  teller.count(true);
  teller.end();
  teller.end();
  expect(told.at(-1)).toMatchObject({ done: 11, elapsedMs: 3100 });
  expect([told.length, clock.pending]).toEqual([4, 0]);
});

test('is over when what it tells throws', () => {
  const clock = new FakeClock();
  const { teller, failures } = telling(clock, () => {
    throw new Error('no terminal');
  });
  clock.advance(5000);
  teller.end();
  expect([failures, clock.pending]).toEqual([[new Error('no terminal')], 0]);
});
