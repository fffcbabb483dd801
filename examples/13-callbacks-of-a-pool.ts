// Fetching is done in threads, handling here: a callback gets the settled task, once, also if it failed.
// Run it: node examples/13-callbacks-of-a-pool.ts

import type { Task } from '../src/index.ts';
import { ThreadPool } from '../src/executors/index.ts';
import { startTarget } from '../src/target/start-target.ts';

async function get(url: string): Promise<number> {
  return (await fetch(url)).status;
}

function handle(task: Task<number>): void {
  if (task.state === 'done') console.log(`${task.name}: ${task.result}`);
  else console.log(`${task.name}: ${task.state}, ${(task.error as Error).message}`);
}

const target = await startTarget();
{
  await using pool = new ThreadPool({ workers: 2 });
  for (const path of ['/status/200', '/status/404', '/status/500', 'nowhere']) {
    const url = path.startsWith('/') ? target.url + path : path;
    pool.apply(get, [url], { name: path }).onDone(handle);
  }
}
await target.close();
