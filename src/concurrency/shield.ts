// Work that cancelling does not reach, as a function beside the others. The scope does it.

import type { Scope, Work } from './scope.ts';
import type { ShieldOptions } from './scopes/scope-options.ts';

/**
 * Does work that must be finished though the task that asks for it was cancelled, such as giving something back. It is the same as
 * `scope.shield` of the scope of the task: that waits for it.
 *
 * @param context of the task
 * @throws what the work throws, which is a DeadlineError if it stopped as `timeoutMs` had passed
 * @example
 * import { scope, shield, sleep } from 'manyfetch/concurrency';
 *
 * await scope(async (s) => {
 *   s.spawn(async (context) => {
 *     try {
 *       await sleep(60_000, context);
 *     } finally {
 *       await shield(context, () => sleep(10).then(() => console.log('given back'))); // prints given back
 *     }
 *   });
 *   await sleep(10);
 *   s.cancel();
 * });
 * console.log('left'); // prints left
 */
export function shield<T>(context: { readonly scope: Scope }, work: Work<T>, options?: ShieldOptions): Promise<T> {
  return context.scope.shield(work, options);
}
