// A hundred requests in four ways: one after another, from a pool of processes, as tasks on one event loop, and as tasks in several
// processes. `manyfetch compare` measures the same with more care, threads besides, and draws it.
// Run it: node examples/11-four-ways.ts

import { ProcessPool } from '../src/executors/index.ts';
import { Client, mapUnordered } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const client = new Client();

// Exported: the processes load this very module.
export async function get(url: string): Promise<number> {
  return (await client.get(url)).status;
}

export async function getAll(urls: readonly string[]): Promise<number[]> {
  return await mapUnordered(urls, get, { limit: 100 }).toArray();
}

async function getInTurn(urls: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const url of urls) statuses.push(await get(url));
  return statuses;
}

async function main(): Promise<void> {
  const target = await startTarget();
  const urls = Array.from({ length: 100 }, (_, n) => `${target.url}/delay/0.01?n=${n}`);
  const halves = [urls.slice(0, 50), urls.slice(50)];
  const pool = new ProcessPool({ workers: halves.length });
  const module = import.meta.url;
  // The processes start, which takes longer than what they are going to do.
  await pool.map({ module, name: 'getAll' }, [[], []]).toArray();

  const ways: Readonly<Record<string, () => Promise<unknown[]>>> = {
    'in turn': () => getInTurn(urls),
    processes: () => pool.map({ module, name: 'get' }, urls).toArray(),
    tasks: () => getAll(urls),
    'tasks in processes': async () =>
      (await pool.map<string[], number[]>({ module, name: 'getAll' }, halves).toArray()).flat(),
  };
  for (const [name, send] of Object.entries(ways)) {
    const startMs = performance.now();
    const good = (await send()).filter((status) => status === 200).length;
    const seconds = (performance.now() - startMs) / 1000;
    console.log(`${name.padEnd(18)}  ${good} answers  ${seconds.toFixed(2)} s  ${'█'.repeat(Math.ceil(30 * seconds))}`);
  }
  await pool.shutdown();
  await client.close();
  await target.close();
}

if (import.meta.main) await main();
