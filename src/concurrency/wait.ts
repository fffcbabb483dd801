// Waiting for several tasks until enough is known. It cancels nothing, and throws nothing that a task threw.
//
// Invariant: when it has ended it has left no timer, no listener, and no callback at tasks that go on.

import { Alarm } from './time/alarm.ts';
import { badValue } from './bad-value.ts';
import { checkedTasks } from './scopes/checked-tasks.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { onAbort } from './on-abort.ts';
import { checkedMs } from './scopes/scope-options.ts';
import { unwatch, watch } from './scopes/task-watch.ts';
import type { Task } from './task.ts';

const moments = ['all', 'first-completed', 'first-failed'] as const;

/** How long `wait` waits. */
export interface WaitForOptions {
  /**
   * `'all'`: until all have settled. `'first-completed'`: until one has. `'first-failed'`: until one has failed, or all have
   * settled; one that was cancelled has not failed.
   * @default 'all'
   */
  readonly until?: 'all' | 'first-completed' | 'first-failed' | undefined;
  /** No longer than this, in milliseconds; 0 only looks. What is late goes on. @default Infinity */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting when it aborts; its reason is thrown. The tasks go on. */
  readonly signal?: AbortSignal | undefined;
  /** Where the time comes from. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** What `wait` saw, each in the order in which the tasks were given. */
export interface Waited<Each> {
  /** Settled: done, failed or cancelled. */
  readonly done: Each[];
  /** Going on. */
  readonly pending: Each[];
}

/**
 * Waits for tasks, and says which have settled: `wait` of asyncio and concurrent.futures, `joinall` with a timeout of gevent.
 * It cancels nothing; `for (const task of pending) task.cancel()` does.
 *
 * @param tasks each counts once, however often it is given; with none it waits for nothing
 * @throws the reason of the signal; UsageError for options that cannot be used, and for what is no task. Never what a task threw: see its `state`
 * @example
 * import { scope, sleep, wait } from 'manyfetch/concurrency';
 *
 * await scope(async (s) => {
 *   const tasks = [10, 20, 5000].map((ms) => s.spawn(({ signal }) => sleep(ms, { signal })));
 *   const first = await wait(tasks, { until: 'first-completed' });
 *   console.log(first.done.length, first.pending.length); // prints 1 2
 *   const { done, pending } = await wait(tasks, { timeoutMs: 200 });
 *   console.log(done.length, pending.length); // prints 2 1
 *   for (const task of pending) task.cancel();
 * });
 */
export async function wait<Each extends Task<unknown>>(
  tasks: Iterable<Each>,
  options: WaitForOptions = {},
): Promise<Waited<Each>> {
  const { until = 'all', timeoutMs = Infinity, signal } = options;
  if (!moments.includes(until)) throw badValue('`until`', "'all', 'first-completed' or 'first-failed'", until);
  checkedMs('`timeoutMs`', timeoutMs);
  signal?.throwIfAborted();
  const all = [...checkedTasks(tasks).keys()];
  if (!isEnough(all, until) && timeoutMs > 0) await untilEnough(all, options);
  // Only now: what settled at the same moment counts too.
  return { done: all.filter(isSettled), pending: all.filter((task) => !isSettled(task)) };
}

function isSettled({ state }: Task<unknown>): boolean {
  return state !== 'queued' && state !== 'running';
}

function isEnough(tasks: readonly Task<unknown>[], until: WaitForOptions['until']): boolean {
  if (until === 'first-completed' && tasks.some(isSettled)) return true;
  if (until === 'first-failed' && tasks.some(({ state }) => state === 'failed')) return true;
  return tasks.every(isSettled);
}

/** Resolved when enough is known or time is up; rejected when the signal aborts. */
function untilEnough(tasks: readonly Task<unknown>[], options: WaitForOptions): Promise<void> {
  const { until, timeoutMs = Infinity, signal, clock = systemClock } = options;
  const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
  const watched = tasks.filter((task) => !isSettled(task));
  let unsettled = watched.length;
  const settled = (task: Task<unknown>): void => {
    unsettled--;
    if (unsettled === 0 || until === 'first-completed' || (until === 'first-failed' && task.state === 'failed'))
      leave();
  };
  const alarm = new Alarm(clock, timeoutMs, () => leave());
  const forget = signal && onAbort(signal, () => leave());
  const leave = (): void => {
    for (const task of watched) unwatch(task, settled);
    alarm.clear();
    forget?.();
    if (signal?.aborted === true) reject(signal.reason);
    else resolve();
  };
  for (const task of watched) watch(task, settled);
  return promise;
}
