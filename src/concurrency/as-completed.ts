// Tasks as they settle. It starts, cancels and owns none of them.

import { checkedTasks } from './scopes/checked-tasks.ts';
import { Queue } from './queue.ts';
import type { WaitOptions } from './queue.ts';
import { unwatch, watch } from './scopes/task-watch.ts';
import type { Task } from './task.ts';

/** A task that has settled. The task alone would not do: a task can be awaited, and `for await` would do that. */
export interface Completed<Each> {
  readonly task: Each;
  /** Which of those that were given, from 0. */
  readonly index: number;
}

/**
 * The tasks, each once, in the order in which they settle, first those that have settled already, as they were given:
 * `as_completed` of asyncio and concurrent.futures, `iwait` of gevent. Nothing is thrown for a task that failed or was cancelled: look at its `state`, or
 * at its `result`, which throws. Leaving the loop cancels nothing.
 *
 * @param tasks each counts once, however often it is given
 * @throws the reason of the signal, while it waits for the next one; UsageError for what is no task, at once
 * @example
 * import { asCompleted, scope, sleep } from 'manyfetch/concurrency';
 *
 * await scope(async (s) => {
 *   const waits = [60, 20, 40];
 *   const tasks = waits.map((ms) => s.spawn((context) => sleep(ms, context)));
 *   for await (const { task, index } of asCompleted(tasks)) console.log(waits[index], task.state);
 * });
 * // prints 20 done
 * // prints 40 done
 * // prints 60 done
 */
export function asCompleted<Each extends Task<unknown>>(
  tasks: Iterable<Each>,
  options: WaitOptions = {},
): AsyncIterableIterator<Completed<Each>, undefined> {
  const all = checkedTasks(tasks);
  const settled = new Queue<Completed<Each>>(Infinity);
  let left = all.size;
  if (left === 0) settled.close();
  const add = (task: Task<unknown>): void => {
    settled.tryPut({ task: task as Each, index: all.get(task as Each) ?? -1 });
    left--;
    if (left === 0) settled.close();
  };
  for (const task of all.keys()) watch(task, add);
  const items = settled.items(options);
  const iterator: AsyncIterableIterator<Completed<Each>, undefined> = {
    next: () => items.next(),
    return: () => {
      for (const task of all.keys()) unwatch(task, add);
      settled.close();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
