// A task can be looked at while it runs and when it is done.
// Run it: node examples/07-state-of-a-task.ts

import { openScope, sleep } from '../src/index.ts';

await using scope = openScope({ limit: 1 });
const task = scope.spawn(
  async ({ signal }) => {
    await sleep(50, { signal });
    return 42;
  },
  { name: 'the answer' },
);
const next = scope.spawn(() => 'at once', { name: 'the one behind' });
await sleep(5);
console.log(`${task.name}: ${task.state}`);
console.log(`${next.name}: ${next.state}`);
await next;
console.log(`${task.name}: ${task.state}, ${task.result}`);
console.log(`${next.name}: ${next.state}, ${next.result}`);
