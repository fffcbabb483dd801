import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { BlockedThreads } from './blocked-threads.ts';

function watching(marks: readonly number[], timeoutMs: number | null) {
  const clock = new FakeClock();
  const shared = Int32Array.from(marks);
  const blocked = new BlockedThreads(shared, timeoutMs, clock);
  const cancelled: string[] = [];
  for (const place of marks.keys())
    blocked.watch(place, {
      cancel: (reason) => {
        cancelled.push(`${place}: ${reason === blocked.lateness ? 'late' : 'company'}`);
        blocked.forget(place);
      },
    });
  return { clock, shared, blocked, cancelled };
}

test('a call that goes on for too long ends what is in its thread; what may be there is sent again', () => {
  // Two in thread 1, of which one was called; two in thread 2; one that no thread has taken.
  const { clock, shared, cancelled, blocked } = watching([-1, 1, -2, 2, 0], 1000);
  clock.advance(900);
  // Thread 2 is at another call now.
  shared[2] = 2;
  shared[3] = -2;
  blocked.forget(2);
  clock.advance(200);
  expect(cancelled).toEqual([]);
  clock.advance(200);
  expect(cancelled).toEqual(['0: late', '1: company', '4: company']);
  clock.advance(10_000);
  expect(cancelled.slice(3)).toEqual(['3: late']);
  expect(clock.pending).toBe(0);
});

test('nothing is looked at without a limit, without calls, and after the end', () => {
  expect(watching([-1], null).clock.pending).toBe(0);
  expect(watching([], 1000).clock.pending).toBe(0);
  const { clock, blocked, cancelled } = watching([-1], 1000);
  blocked.stop();
  clock.advance(10_000);
  expect([clock.pending, cancelled]).toEqual([0, []]);
});
