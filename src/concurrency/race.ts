// Several pieces of work of which one decides. The others are cancelled, and waited for, so that nothing goes on behind
// the caller's back.

import { CancelledError } from '../errors.ts';
import { badValue } from './bad-value.ts';
import type { Gathered } from './gather.ts';
import { pickedOptions } from './scopes/picked-options.ts';
import { scope } from './scope.ts';
import type { Work } from './scope.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';
import type { Task } from './task.ts';

/** How work is started of which one decides. */
export type RaceOptions = Omit<ScopeOptions, 'onError'>;

/**
 * Starts all, and gives what the first one to settle gave, or throws what it threw. The others are cancelled and waited for; what
 * they do then is not told. `Promise.race` leaves them running.
 *
 * @param works functions, at least one; each gets the context of its task: pass its `signal` on, so that it can be cancelled
 * @throws what the first one threw; the reason of the signal; UsageError if there is nothing to start
 * @example
 * import { race, sleep } from 'manyfetch/concurrency';
 *
 * const after = (ms: number, name: string) => async ({ signal }: { signal: AbortSignal }) => {
 *   await sleep(ms, { signal });
 *   return name;
 * };
 * console.log(await race([after(5000, 'tortoise'), after(5, 'hare')])); // prints hare
 */
export async function race<Each extends Work<unknown>>(
  works: Iterable<Each>,
  options: RaceOptions = {},
): Promise<Gathered<Each>> {
  const { first } = await runUntil(works, options, ({ state }) => state !== 'cancelled');
  return (first as Task<Gathered<Each>>).result;
}

/**
 * Starts all, and gives the result of the first one that is done, whatever failed before. The others are cancelled and waited
 * for, which `Promise.any` does not.
 *
 * @param works functions, at least one; each gets the context of its task
 * @throws AggregateError if all failed: `errors` in the order in which they did, `cause` the first of them; the reason of the signal;
 *   UsageError if there is nothing to start
 * @example
 * import { any, sleep } from 'manyfetch/concurrency';
 *
 * const mirrors = ['https://down.example.com', 'https://up.example.com'];
 * const works = mirrors.map((mirror) => async () => {
 *   await sleep(5);
 *   if (mirror.includes('down')) throw new Error(`${mirror} does not answer`);
 *   return `from ${mirror}`;
 * });
 * console.log(await any(works)); // prints from https://up.example.com
 */
export async function any<Each extends Work<unknown>>(
  works: Iterable<Each>,
  options: RaceOptions = {},
): Promise<Gathered<Each>> {
  const { first, errors } = await runUntil(works, options, ({ state }) => state === 'done');
  if (first !== null) return (first as Task<Gathered<Each>>).result;
  throw new AggregateError(errors, `All ${errors.length} failed`, { cause: errors[0] });
}

async function runUntil(
  works: Iterable<Work<unknown>>,
  options: RaceOptions,
  decides: (task: Task<unknown>) => boolean,
): Promise<{ readonly first: Task<unknown> | null; readonly errors: readonly unknown[] }> {
  const list = [...works];
  if (list.length === 0) throw badValue('`works`', 'at least one function', '');
  let first: Task<unknown> | null = null;
  const errors: unknown[] = [];
  const stopped: unknown[] = [];
  await scope(
    (within) => {
      for (const work of list) {
        within.spawn(work).onDone((settled) => {
          if (settled.state === 'cancelled') stopped.push(settled.error);
          if (first !== null || !decides(settled)) return;
          first = settled;
          within.cancel(new CancelledError('Cancelled, since another one was first'));
        });
      }
    },
    pickedOptions(options, (error) => errors.push(error)),
  );
  // One of the works cancelled the scope of all, which it can by its context.
  if (first === null && stopped.length > 0) throw stopped[0];
  return { first, errors };
}
