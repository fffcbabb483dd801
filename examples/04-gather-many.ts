// Many URLs at once: each gets exactly one result, whatever becomes of it. Every tenth of these is missing
// and nobody listens at one address; nothing throws, nothing is lost.
// Run it: node examples/04-gather-many.ts

import { fetchMany } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
const { url } = target;

const urls = Array.from({ length: 200 }, (_, n) =>
  n % 10 === 9 ? `${url}/status/404?n=${n}` : `${url}/delay/0.05?n=${n}`,
);
urls.push('http://127.0.0.1:1/');

const startMs = performance.now();
const counts = { ok: 0, failed: 0, unknown: 0 };
const seen = new Set<number>();
for await (const result of fetchMany(urls, { concurrency: 100, retries: 0 })) {
  counts[result.result]++;
  seen.add(result.index);
  if (result.error?.code === 'connect_refused') console.log(`number ${result.index}: ${result.error.message}`);
}

console.log(`${urls.length} URLs, ${seen.size} results: ${counts.ok} ok, ${counts.failed} failed`);
console.log(`${((performance.now() - startMs) / 1000).toFixed(1)} s; one after another the delays alone are 9 s`);
await target.close();
