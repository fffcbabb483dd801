// Twenty requests one after another, and the same twenty at once over one client: a tenth of the time, on the
// same thread. Those that are answered sooner come back sooner, whenever they were started.
// Run it: node examples/01-in-turn-and-at-once.ts

import { asCompleted, Client, openScope } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
await using client = new Client({ baseUrl: target.url });
// The first is answered last.
const paths = Array.from({ length: 20 }, (_, n) => `/delay/${(0.12 - n * 0.004).toFixed(3)}?n=${n}`);

let startMs = performance.now();
for (const path of paths) await client.get(path);
const inTurnMs = performance.now() - startMs;

startMs = performance.now();
const order: number[] = [];
{
  await using scope = openScope();
  const tasks = paths.map((path) => scope.spawn(({ signal }) => client.get(path, { signal })));
  for await (const { index } of asCompleted(tasks)) order.push(index);
}
const atOnceMs = performance.now() - startMs;

console.log(`in turn ${(inTurnMs / 1000).toFixed(1)} s, at once ${(atOnceMs / 1000).toFixed(1)} s`);
console.log(`${(inTurnMs / atOnceMs).toFixed(0)} times as fast`);
console.log(`started 0 1 2 …, done ${order.join(' ')}`);
await target.close();
