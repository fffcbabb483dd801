// Five greeters that each wait a second before they speak: one after another it takes five seconds, as tasks
// of one scope it takes one. An argument is the length of their second.
// Run it: node examples/02-sleeping-greeters.ts

import { scope, sleep } from '../src/index.ts';

const waitMs = Number(process.argv[2] ?? 1) * 1000;

async function greet(n: number, context?: { signal: AbortSignal }): Promise<void> {
  await sleep(waitMs, context);
  console.log(`hello from ${n}`);
}

let startMs = performance.now();
for (let n = 1; n <= 5; n++) await greet(n);
console.log(`in turn: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);

startMs = performance.now();
await scope((s) => {
  for (let n = 1; n <= 5; n++) s.spawn((context) => greet(n, context));
});
console.log(`as tasks: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
