// Requests are made first, as plain objects, and sent five at a time. One has a millisecond to be answered:
// its result says why it failed, and stands where it belongs.
// Run it: node examples/22-one-that-is-late.ts

import { fetchMany, type RequestInput } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();

const requests: RequestInput[] = Array.from({ length: 20 }, (_, n) => ({
  url: `${target.url}/delay/0.05`,
  id: `r-${n}`,
}));
requests[7] = { url: `${target.url}/delay/5`, id: 'late', timeoutMs: 1 };

for await (const result of fetchMany(requests, { concurrency: 5, retries: 0, ordered: true })) {
  const fate = result.result === 'ok' ? `${result.status}` : `${result.error.code}: ${result.error.message}`;
  console.log(`${result.index} ${result.id} ${fate}`);
}
console.log(`in flight at most: ${target.stats().inFlight.maximum}`);
await target.close();
