// A service that takes its time for each answer, asked five times: by a call that blocks, by the same call in functions that are
// `async`, and by a client that is asynchronous. Only that one need not wait for one answer before it asks for the next.
// Run it: node examples/10-what-async-changes.ts [seconds an answer takes]

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Client } from '../src/index.ts';

// The service has a thread of its own, since this one is going to be blocked.
const service = new Worker(
  `const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(async ({ startTarget }) => parentPort.postMessage((await startTarget()).url));`,
  { eval: true, workerData: import.meta.resolve('../src/target/start-target.ts') },
);
const [base] = (await once(service, 'message')) as [string];
const url = `${base}/delay/${process.argv[2] ?? 0.3}`;

// A GET that blocks: another thread sends it, and this one stands still until the status is there.
const status = new Int32Array(new SharedArrayBuffer(4));
const sender = new Worker(
  `const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', async (url) => {
    workerData[0] = await fetch(url).then(({ status }) => status, () => -1);
    Atomics.notify(workerData, 0);
  });`,
  { eval: true, workerData: status },
);
function getBlocking(): number {
  status[0] = 0;
  sender.postMessage(url, []);
  Atomics.wait(status, 0, 0);
  return status[0];
}

async function tell(how: string, ask: () => Promise<number[]>): Promise<void> {
  const startMs = performance.now();
  const statuses = await ask();
  console.log(`${how}: ${statuses.join(' ')}, ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

const five = [1, 2, 3, 4, 5];
await tell('a blocking call, in turn', async () => five.map(() => getBlocking()));
await tell('the same in async functions, all at once', () => Promise.all(five.map(async () => getBlocking())));
await using client = new Client();
await tell('an asynchronous client, all at once', () =>
  Promise.all(five.map(async () => (await client.get(url)).status)),
);
for (const thread of [service, sender]) await thread.terminate();
