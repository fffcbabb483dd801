// A piece of work that has so much time. It gives up only when the work has ended: nothing goes on behind its back.

import type { Clock } from './clock.ts';
import { pickedOptions } from './scopes/picked-options.ts';
import { scope } from './scope.ts';
import { checkedMs } from './scopes/scope-options.ts';
import type { Work } from './scope.ts';

/** How to wait for work that has so much time. */
export interface TimeoutOptions {
  /** Cancels the work when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * Does work that has so much time: `asyncio.timeout`, `asyncio.wait_for`, `trio.fail_after`. When the time is over the signal of the work
 * aborts, and it is waited for until it has ended.
 *
 * Work that computes is not looked at before it waits for something.
 *
 * @throws DeadlineError, code `deadline`, if the time was over before the work ended, whatever it returned; an AggregateError, its `cause`
 *   the DeadlineError, if the work then failed in a way of its own; the reason of `signal`; what the work throws; UsageError if `ms` is not a number
 * @example
 * import { sleep, timeout } from 'manyfetch/concurrency';
 *
 * await timeout(50, (context) => sleep(60_000, context)).catch((error: unknown) => {
 *   console.log(String(error)); // prints TimeoutError: Not done within 50 ms
 * });
 */
export async function timeout<T>(ms: number, work: Work<T>, options: TimeoutOptions = {}): Promise<T> {
  checkedMs('`ms`', ms);
  return await scope((s) => s.spawn(work), { ...pickedOptions(options), deadlineMs: ms });
}
