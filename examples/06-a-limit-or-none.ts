// A thousand tasks, of which a semaphore lets so many send at once; and two thousand requests with no limit
// given at all: how many the machine and the service can take is found out, and nothing fails.
// Run it: node examples/06-a-limit-or-none.ts

import { Client, fetchMany, scope, Semaphore } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const limited = await startTarget();
const semaphore = new Semaphore(500);
await using client = new Client({ baseUrl: limited.url });
let ok = 0;
await scope((s) => {
  for (let n = 0; n < 1000; n++) {
    s.spawn(async ({ signal }) => {
      const { status } = await semaphore.with(() => client.get(`/delay/0.05?n=${n}`, { signal }), { signal });
      if (status === 200) ok++;
    });
  }
});
console.log(`with a semaphore of 500: ${ok} ok, in flight at most ${limited.stats().inFlight.maximum}`);
await limited.close();

const unlimited = await startTarget();
const urls = Array.from({ length: 2000 }, (_, n) => `${unlimited.url}/delay/0.05?n=${n}`);
let good = 0;
for await (const { result } of fetchMany(urls)) if (result === 'ok') good++;
console.log(`with no limit: ${good} ok of ${urls.length}, in flight at most ${unlimited.stats().inFlight.maximum}`);
await unlimited.close();
