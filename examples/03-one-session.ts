// A client is opened once and used for everything that goes to a service: the connection is made for the first
// request, and the others find it there.
// Run it: node examples/03-one-session.ts

import { Client } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
await using client = new Client({ baseUrl: target.url, headers: { 'x-team': 'orders' } });

const answers = [
  await client.get('/echo', { params: { page: 2 } }),
  await client.post('/echo', { json: { sku: 'A-1' } }),
  await client.put('/echo', { body: 'text' }),
  await client.head('/echo'),
];
for (const { method, status, timings } of answers)
  console.log(`${method} ${status} ${timings.reused ? 'on the connection that was there' : 'on a new connection'}`);
const posted = await answers[1]?.json<{ method: string; headers: Record<string, string> }>();
console.log(`the service saw ${posted?.method} from team ${posted?.headers['x-team']}`);
await target.close();
