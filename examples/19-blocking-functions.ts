// A function that blocks holds up everything that shares its thread. In a pool it blocks a thread of its own: a clock that ticks
// every 10 ms here shows by how much it was late at most.
// Run it: node examples/19-blocking-functions.ts

import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadPool } from '../src/executors/index.ts';

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function latest(during: () => Promise<unknown>): Promise<string> {
  const over = new AbortController();
  let lateMs = 0;
  const work = sleep(20)
    .then(during)
    .finally(() => over.abort());
  while (!over.signal.aborted) {
    const startMs = performance.now();
    await sleep(10);
    lateMs = Math.max(lateMs, performance.now() - startMs - 10);
  }
  await work;
  return `${lateMs.toFixed(0)} ms`;
}

await using pool = new ThreadPool({ workers: 3 });
await pool.map(block, [0, 0, 0]).toArray();
console.log(`three that block for 200 ms, here: late by ${await latest(async () => [1, 2, 3].map(() => block(200)))}`);
console.log(`in threads: late by ${await latest(() => pool.map(block, [200, 200, 200]).toArray())}`);
