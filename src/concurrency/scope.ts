// The two ways into a scope: around a body, which leaves nothing to be forgotten, and for `await using`, where a block is
// handier. What a scope does stands in `task-scope.ts`.

import { shownAs } from './scopes/shown-as.ts';
import { makeScope, runIn, Scope } from './scopes/task-scope.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';

export type { Scope, TaskContext, Work } from './scopes/task-scope.ts';

/**
 * Runs a body that may spawn tasks, and waits for it and for all of them.
 *
 * When one fails the others are cancelled and waited for, then its error is thrown. `onError` changes that. When the body throws, all are cancelled.
 * A body that waits for something else than its tasks passes `s.signal` on, to be told when one has failed.
 *
 * @returns what the body returned
 * @throws what failed: see `Scope`; DeadlineError; the reason of `signal`; UsageError for options that cannot be used
 * @example
 * import { scope, sleep } from 'manyfetch/concurrency';
 *
 * const total = await scope(
 *   async (s) => {
 *     const tasks = [30, 10, 20].map((ms) => s.spawn((context) => sleep(ms, context).then(() => ms)));
 *     await s.join();
 *     return tasks.reduce((sum, task) => sum + task.result, 0);
 *   },
 *   { limit: 2, deadlineMs: 5000 },
 * );
 * console.log(total); // prints 60
 */
export async function scope<T>(body: (scope: Scope) => T | PromiseLike<T>, options?: ScopeOptions): Promise<T> {
  return await runIn(makeScope(options), body);
}

/**
 * Opens a scope that is closed by `await using`, or by `close()`.
 *
 * What throws in the block is not known to the scope: leaving it waits for the tasks as they are. Where they should be cancelled then, use `scope`.
 *
 * @throws UsageError for options that cannot be used
 * @example
 * import { openScope } from 'manyfetch/concurrency';
 *
 * {
 *   await using s = openScope({ limit: 10 });
 *   s.spawn((context) => console.log(context.name)); // prints task-1
 *   s.spawn((context) => console.log(context.name)); // prints task-2
 * }
 * console.log('left'); // prints left
 */
export function openScope(options?: ScopeOptions): Scope {
  return makeScope(options);
}

shownAs(Scope, 'Scope', (opened) => opened.statistics());
