// A clock on which time passes faster than it does, for tests over real sockets that have to sit out waits.

import { systemClock } from '../concurrency/clock.ts';
import type { Clock } from '../concurrency/clock.ts';

/** @param times so many times as fast */
export function hurriedClock(times: number): Clock {
  const wallAtZeroMs = systemClock.wallNow() - systemClock.now() * times;
  return {
    now: () => systemClock.now() * times,
    wallNow: () => wallAtZeroMs + systemClock.now() * times,
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / times, callback),
    clearTimer: (handle) => systemClock.clearTimer(handle),
    soon: (callback) => systemClock.soon(callback),
  };
}
