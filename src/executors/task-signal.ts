// How a function that runs in a worker learns that its task was cancelled. The worker sets it; the function reads it.

import { AsyncLocalStorage } from 'node:async_hooks';

/** The call that goes on. */
interface CurrentCall {
  readonly id: number;
  readonly signal: AbortSignal;
}

export const currentCall = new AsyncLocalStorage<CurrentCall>();

/** Of code that runs for no task. */
const never = new AbortController().signal;

/**
 * The signal of the task for which this code runs in a worker. It aborts when the task is cancelled, or its pool. Who heeds it
 * saves the worker, which is otherwise ended after `graceMs`. Outside of workers it never aborts, so that the same function can be called anywhere.
 *
 * A function that computes without a pause cannot be told anything: it is ended together with its worker.
 *
 * @example
 * import { isMainThread } from 'node:worker_threads';
 * import { sleep } from 'manyfetch/concurrency';
 * import { taskSignal, ThreadPool } from 'manyfetch/executors';
 *
 * // Exported: the worker loads this very module.
 * export const patient = () => sleep(60_000, { signal: taskSignal() });
 *
 * if (isMainThread) {
 *   await using pool = new ThreadPool({ workers: 1 });
 *   const task = pool.submit<typeof patient>(import.meta.url, 'patient');
 *   task.onDone(({ state }) => console.log(state)); // prints cancelled
 *   task.cancel();
 * }
 */
export function taskSignal(): AbortSignal {
  return currentCall.getStore()?.signal ?? never;
}
