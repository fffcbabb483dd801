// A scope bounds how many of its tasks run at once, and for how long all of them may take. What is late is
// cancelled and waited for: nothing goes on behind the back of its owner.
// Run it: node examples/20-a-pool-and-a-timeout.ts

import { Client, openScope, scope } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
await using client = new Client({ baseUrl: target.url });

await scope(
  (s) => {
    for (let n = 0; n < 20; n++) s.spawn(({ signal }) => client.get(`/delay/0.02?n=${n}`, { signal }));
  },
  { limit: 5 },
);
const { total, inFlight } = target.stats();
console.log(`${total} answered, in flight at most ${inFlight.maximum}`);

const pool = openScope({ deadlineMs: 200 });
const tasks = ['0.01', '0.02', '60'].map((seconds) =>
  pool.spawn(({ signal }) => client.get(`/delay/${seconds}`, { signal }), { name: seconds }),
);
try {
  await pool.close();
} catch (error) {
  console.log(`the pool: ${(error as { code?: string }).code}`);
}
for (const { name, state } of tasks) console.log(`${name} s: ${state}`);
console.log(`still in flight here: ${client.statistics().inFlight}`);
await target.close();
