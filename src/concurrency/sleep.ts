// Waiting for time to pass, until a signal gets out of it. No timer and no listener is left behind.

import { Alarm } from './time/alarm.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { onAbort } from './on-abort.ts';
import { checkedMs } from './scopes/scope-options.ts';

/** How to sleep. */
export interface SleepOptions {
  /** Ends it early. The context of a task will do. */
  readonly signal?: AbortSignal | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * Waits for some time: the `sleep` of asyncio, trio and gevent, in milliseconds.
 *
 * @param ms milliseconds; 0 or less: until the clock can; Infinity: until the signal aborts
 * @throws the reason of the signal; UsageError if `ms` is not a number
 * @example
 * import { scope, sleep } from 'manyfetch/concurrency';
 *
 * await scope(async (s) => {
 *   const task = s.spawn((context) => sleep(60_000, context));
 *   await sleep(10);
 *   task.cancel();
 *   console.log((await task.outcome()).state); // prints cancelled
 * });
 */
export async function sleep(ms: number, options: SleepOptions = {}): Promise<void> {
  checkedMs('`ms`', ms);
  const { signal, clock = systemClock } = options;
  await new Promise<void>((resolve, reject) => {
    const alarm = new Alarm(clock, ms, () => {
      forget();
      resolve();
    });
    const forget =
      signal === undefined
        ? () => undefined
        : onAbort(signal, () => {
            alarm.clear();
            reject(signal.reason);
          });
  });
}
