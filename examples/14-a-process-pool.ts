// Requests from processes, several at a time in each. One process is killed while it works: its own task fails, and all
// others are done, in a new one.
// Run it: node examples/14-a-process-pool.ts

import { ProcessPool, WorkerError } from '../src/executors/index.ts';
import { startTarget } from '../src/target/start-target.ts';

async function get(url: string): Promise<number> {
  return (await fetch(url)).status;
}

const target = await startTarget();
const pool = new ProcessPool({ workers: 2 });
const doomed = pool.submit(() => process.kill(process.pid, 'SIGKILL'));
const tasks = Array.from({ length: 20 }, (_, n) => pool.submit(get, `${target.url}/echo?n=${n}`));
await pool.shutdown();
if (doomed.error instanceof WorkerError)
  console.log(`${doomed.error.code}: ${doomed.error.message.replace(/^.*: /, '')}`);
console.log(`${tasks.filter(({ state }) => state === 'done').length} of 20 others are done`);
console.log(`processes left: ${pool.statistics().workers}`);
await target.close();
