// Who wants to be told when a task settles, for as long as they want it. A task keeps its callbacks for ever; those who wait
// for some of many tasks, again and again, would leave one at each task each time. So a task gets one.

import type { Task } from '../task.ts';

/** Told once, with the settled task. */
export type Watcher = (task: Task<unknown>) => void;

const watchersOf = new WeakMap<Task<unknown>, Set<Watcher>>();

/** Tells the watcher when the task settles; at once if it has. */
export function watch(task: Task<unknown>, watcher: Watcher): void {
  let watchers = watchersOf.get(task);
  if (watchers === undefined) {
    const own = new Set<Watcher>();
    watchers = own;
    watchersOf.set(task, own);
    own.add(watcher);
    task.onDone((settled) => {
      watchersOf.delete(task);
      for (const each of own) each(settled);
    });
  } else watchers.add(watcher);
}

/** The watcher is not told any more. */
export function unwatch(task: Task<unknown>, watcher: Watcher): void {
  watchersOf.get(task)?.delete(watcher);
}
