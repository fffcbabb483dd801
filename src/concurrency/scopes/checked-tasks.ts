// Tasks that somebody gave to be waited for. A promise among them would have no state, and count as settled.

import { badValue } from '../bad-value.ts';
import { Task } from '../task.ts';

/**
 * Each task once, with the place at which it was given first.
 *
 * @throws UsageError for what is not a task
 */
export function checkedTasks<Each extends Task<unknown>>(tasks: Iterable<Each>): Map<Each, number> {
  const places = new Map<Each, number>();
  let place = 0;
  for (const task of tasks) {
    if (!(task instanceof Task)) {
      const hint = 'Begin it with `scope.spawn`. To wait for promises use `gather` or `gatherOutcomes`.';
      throw badValue(`number ${place + 1} of the tasks`, 'a task', task, hint);
    }
    if (!places.has(task)) places.set(task, place);
    place++;
  }
  return places;
}
