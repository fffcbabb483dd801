// Five tasks, waited for in four ways. Waiting cancels nothing: what is not done yet goes on.
// Run it: node examples/09-waiting-for-some.ts

import { openScope, sleep, type Task, wait } from '../src/index.ts';

function names(tasks: readonly Task<unknown>[]): string {
  return tasks.map(({ name }) => name).join(' ') || 'none';
}

await using scope = openScope({ onError: () => undefined });
const tasks = [1, 2, 3, 4, 5].map((n) =>
  scope.spawn(
    async ({ signal }) => {
      await sleep(n * n * 20, { signal });
      if (n === 3) throw new Error('the third one fails');
      return n;
    },
    { name: `t${n}` },
  ),
);

for (const until of ['first-completed', 'first-failed'] as const) {
  const { done, pending } = await wait(tasks, { until });
  console.log(`${until}: done ${names(done)}, pending ${names(pending)}`);
}
const late = await wait(tasks, { timeoutMs: 5 });
console.log(`timeout: done ${names(late.done)}, pending ${names(late.pending)}`);
const all = await wait(tasks, { until: 'all' });
console.log(`all: ${all.done.map(({ name, state }) => `${name} ${state}`).join(', ')}`);
