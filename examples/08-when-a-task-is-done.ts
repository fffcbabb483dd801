// A callback that is bound to a task is called once with the task when that is settled: done, failed or
// cancelled, and also if it was settled before.
// Run it: node examples/08-when-a-task-is-done.ts

import { openScope, sleep, type Task } from '../src/index.ts';

function tell(task: Task<unknown>): void {
  const { name, state } = task;
  console.log(state === 'done' ? `${name} is done: ${String(task.result)}` : `${name} ${state}: ${String(task.error)}`);
}

{
  // Its owner handles failures: they do not end the others.
  await using scope = openScope({ onError: () => undefined });
  const works = {
    first: () => sleep(10).then(() => 'a result'),
    second: () => sleep(20).then(() => Promise.reject(new Error('no route'))),
    third: ({ signal }: { signal: AbortSignal }) => sleep(60_000, { signal }),
  };
  const tasks = Object.entries(works).map(([name, work]) => scope.spawn<unknown>(work, { name }));
  for (const task of tasks) task.onDone(tell);
  scope.spawn(() => sleep(40).then(() => tasks[2]?.cancel('nobody waits for it')));
  await tasks[0];
  tasks[0]?.onDone(({ name }) => console.log(`${name} was settled before`));
}
