// `await using` closes a client wherever its block ends, also by an error. One that is dropped open is reported,
// with the place where it was opened.
// Run it: node --expose-gc --no-warnings examples/17-a-client-is-closed.ts

import { setImmediate as turn } from 'node:timers/promises';
import { Client } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();

try {
  await using client = new Client({ baseUrl: target.url });
  console.log(`answered ${(await client.get('/echo')).status}`);
  throw new Error('something else went wrong');
} catch (error) {
  console.log(`closed, although ${(error as Error).message}`);
}

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));
async function forgetful(): Promise<number> {
  const client = new Client({ baseUrl: target.url });
  return (await client.get('/echo')).status;
}
console.log(`answered ${await forgetful()}`);
for (let n = 0; n < 100 && warnings.length === 0; n++) {
  globalThis.gc?.();
  await turn();
}
console.log(warnings.join('\n'));
await target.close();
