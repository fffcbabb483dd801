// Seven threads, seven requests: each thread asks for one, and leaving the pool waits for all.
// Run it: node examples/12-a-thread-pool.ts

import { ThreadPool } from '../src/executors/index.ts';
import { startTarget } from '../src/target/start-target.ts';

async function get(url: string): Promise<number> {
  return (await fetch(url)).status;
}

const target = await startTarget();
const paths = [1, 2, 3, 4, 5, 6, 7].map((n) => `/echo?n=${n}`);
const pool = new ThreadPool({ workers: 7 });
const tasks = paths.map((path) => pool.submit(get, target.url + path));
await pool.shutdown();
for (const [place, task] of tasks.entries()) console.log(`${paths[place]}: ${task.result}`);
const { done, workers } = pool.statistics();
console.log(`done ${done}, threads left ${workers}`);
await target.close();
