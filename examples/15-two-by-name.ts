// Two coroutines that are scheduled together: it takes as long as the slower of them. Their results come by the names, or in
// the order, in which they were given, whichever is done first.
// Run it: node examples/15-two-by-name.ts

import { Client, gather, type TaskContext } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
await using client = new Client({ baseUrl: target.url });

async function greeting({ signal }: TaskContext): Promise<string> {
  await client.get('/delay/0.2', { signal });
  const { message } = await client.get('/hello/ann', { signal }).json<{ message: string }>();
  console.log('greeting is done');
  return message;
}

async function size({ signal }: TaskContext): Promise<number> {
  const { length } = await client.get('/bytes/1000', { signal }).bytes();
  console.log('size is done');
  return length;
}

const byName = await gather({ greeting, size });
console.log(byName);
const [first, second] = await gather([greeting, size]);
console.log(first, second);
await target.close();
