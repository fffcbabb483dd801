// What scopes are told and what they tell, as plain data, and what of it can be used.

import { badValue } from '../bad-value.ts';
import type { Clock } from '../clock.ts';
import type { Task } from '../task.ts';

/**
 * What follows when a task fails.
 *
 * - `cancel`: the others are cancelled;
 * - `collect`: the others go on, and leaving the scope throws all that failed;
 * - a function: is told each failure. What it takes does not make the scope fail; what it throws does, as `cancel` would.
 */
export type ErrorPolicy = 'cancel' | 'collect' | ((error: unknown, task: Task<unknown>) => void);

/** How a scope goes about its tasks. */
export interface ScopeOptions {
  /**
   * How many tasks work at the same time; the others wait in the order in which they were spawned. Tasks that wait for
   * tasks of the same scope hold their places meanwhile: spawn these in a child scope (`scope.open()`), or they may wait for ever.
   * @default Infinity
   */
  readonly limit?: number | undefined;
  /**
   * Time from opening it until all in it must have ended. Then it is cancelled, and throws a DeadlineError.
   * @default Infinity
   */
  readonly deadlineMs?: number | undefined;
  /** @default 'cancel' */
  readonly onError?: ErrorPolicy | undefined;
  /** Cancels the scope when it aborts; leaving it throws the reason. A scope within a task is given that of the task: `scope(body, context)`. */
  readonly signal?: AbortSignal | undefined;
  /** Where deadlines come from. @default the machine's, or the parent's */
  readonly clock?: Clock | undefined;
}

/** What one task is to have of its own. */
export interface SpawnOptions {
  /** For messages. @default `task-N` */
  readonly name?: string | undefined;
  /** Cancels the task when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** How long shielded work may take. */
export interface ShieldOptions {
  /**
   * Time after which its signal aborts.
   * @default Infinity
   */
  readonly timeoutMs?: number | undefined;
}

/** A scope at one moment. */
export interface ScopeStatistics {
  readonly limit: number;
  readonly running: number;
  readonly queued: number;
  /** Ever. */
  readonly spawned: number;
  /** Settled, by how. */
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

/**
 * Read one by one: what is given may be the context of a task, whose signal an object spread would not see.
 *
 * @throws UsageError for what cannot be used
 */
export function checkedOptions(options: ScopeOptions) {
  const { limit = Infinity, deadlineMs = Infinity, onError = 'cancel', signal, clock } = options;
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 1))
    throw badValue('`limit`', 'a whole number from 1 up', limit);
  if (onError !== 'cancel' && onError !== 'collect' && typeof onError !== 'function')
    throw badValue('`onError`', '"cancel", "collect" or a function', onError);
  return { limit, deadlineMs: checkedMs('`deadlineMs`', deadlineMs), onError, signal, clock };
}

/** @throws UsageError if it is not a number. One below 0 is a time that has passed. */
export function checkedMs(name: string, ms: number): number {
  if (typeof ms !== 'number' || Number.isNaN(ms)) throw badValue(name, 'a number of milliseconds', ms);
  return ms;
}
