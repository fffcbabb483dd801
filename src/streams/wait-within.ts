// One wait for something that a connection does: until it has been done, a signal aborts or the time is over.
//
// Invariant: it settles once, and nothing of it is left then: no timer, no listener.

import { DeadlineError } from '../errors.ts';
import { Alarm } from '../concurrency/time/alarm.ts';
import type { Clock } from '../concurrency/clock.ts';
import { onAbort } from '../concurrency/on-abort.ts';

/** Who waits. */
export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface WaitLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** What has not happened when the time is over, for the message. */
  readonly missing: string;
}

/** @param begin told who waits, whom it must not call before it returns; what it returns is called when the wait is given up */
export function waitWithin<T>(limits: WaitLimits, begin: (waiter: Waiter<T>) => () => void): Promise<T> {
  const { signal, timeoutMs, clock, missing } = limits;
  return new Promise<T>((resolve, reject) => {
    let forget = nothing;
    const end = (): void => {
      alarm.clear();
      forget();
    };
    const waiter: Waiter<T> = {
      resolve: (value) => {
        end();
        resolve(value);
      },
      reject: (error) => {
        end();
        reject(error);
      },
    };
    const takeBack = begin(waiter);
    const giveUp = (error: unknown): void => {
      takeBack();
      waiter.reject(error);
    };
    const alarm = new Alarm(clock, timeoutMs, () => giveUp(new DeadlineError(`${missing} within ${timeoutMs} ms`)));
    if (signal !== undefined) forget = onAbort(signal, () => giveUp(signal.reason));
  });
}

function nothing(): void {}
