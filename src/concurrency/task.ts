// A task as those see it who hold it: what became of a piece of work. It must not know how tasks are run.
//
// Invariants: a task settles exactly once; from then on nothing about it changes. No unhandled rejection comes
// from a task that nobody awaits: what it failed with is told by its scope.

import { shownAs } from './scopes/shown-as.ts';

/** Where a task is on its way: waiting for its turn, at work, or settled in one of three ways. */
export type TaskState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What became of a task. */
export type Outcome<T> =
  | { readonly state: 'done'; readonly result: T }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'cancelled'; readonly reason: unknown };

/**
 * A piece of work that a scope has been given. `await` gives its result or throws its error, and, if it was
 * cancelled, the reason; it can be awaited by many, at any time, or by nobody.
 *
 * Made by `scope.spawn`. It has what Python's `asyncio.Task` has: `state`, `result` and `error`, `onDone`, `cancel`.
 *
 * @example
 * import { scope, sleep } from 'manyfetch/concurrency';
 *
 * await scope(async (s) => {
 *   const task = s.spawn(() => sleep(10).then(() => 'hello'));
 *   console.log(task.state); // prints queued
 *   await task;
 *   console.log(task.state, task.result); // prints done hello
 * });
 */
export abstract class Task<T> implements PromiseLike<T> {
  /** Given when it was spawned; else `task-N`, counted within its scope. */
  abstract readonly name: string;

  /** Where it is now. A task that was told to stop is `running` until its work has ended. */
  abstract readonly state: TaskState;

  /**
   * What its work returned.
   *
   * @throws what the work threw, of a failed task; the reason, of a cancelled one; UsageError `task_state` as long as it has not settled
   */
  abstract readonly result: T;

  /** What a failed task threw; the reason of a cancelled one; else undefined. */
  abstract readonly error: unknown;

  /**
   * Calls back exactly once, with the settled task: when it settles, or at once if it has settled. Callbacks are called in
   * the order in which they came, before the scope can end. What one throws counts as a failure in the scope of the task;
   * what an async one returns is not waited for: work belongs into a task.
   *
   * @example
   * import { scope } from 'manyfetch/concurrency';
   *
   * await scope((s) => {
   *   s.spawn(() => 6 * 7).onDone((task) => console.log(task.name, task.state, task.result)); // prints task-1 done 42
   * });
   */
  abstract onDone(callback: (task: Task<T>) => void): void;

  /**
   * Asks it to stop. If it has not begun it is settled at once, and never begins. Else its signal aborts, and it goes on
   * until its work has ended: as `cancelled`, if the work throws because of that, else as whatever came of it. A settled
   * task stays as it is. A task that was cancelled does not make its scope fail.
   *
   * @param reason what awaiting it throws then @default a CancelledError
   */
  abstract cancel(reason?: unknown): void;

  /** What became of it, when it has settled. Never rejects. */
  abstract outcome(): Promise<Outcome<T>>;

  /** For `await`. */
  abstract then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((result: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected>;
}

shownAs<Task<unknown>>(Task, 'Task', (task) => {
  const { name, state, error } = task;
  if (state === 'done') return { name, state, result: task.result };
  return state === 'failed'
    ? { name, state, error }
    : state === 'cancelled'
      ? { name, state, reason: error }
      : { name, state };
});
