// A delivery job: each record names the service, method, headers and data; 40 are in flight, each has up to
// four attempts while its status is not 200. A callback sees every result; a service that fails four times
// is named, and the job goes on. The time is close to records x latency / 40.
// Run it: node examples/23-deliver-records.ts [records]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatch } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const records = Number(process.argv[2] ?? 1000);
const latencyMs = 100;
const target = await startTarget();
const { url } = target;
const folder = mkdtempSync(join(tmpdir(), 'manyfetch-'));

const lines = Array.from({ length: records }, (_, n) => ({
  id: n % 100 === 50 ? `billing-${n}` : `orders-${n}`,
  // The billing service is down.
  url: n % 100 === 50 ? `${url}/status/500` : `${url}/delay/${latencyMs / 1000}`,
  method: 'POST',
  headers: { 'x-client': 'example' },
  body: { order: n },
}));
writeFileSync(join(folder, 'records.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

const outcome = await runBatch({
  input: join(folder, 'records.jsonl'),
  output: join(folder, 'results.jsonl'),
  concurrency: 40,
  retries: 3,
  success: '200',
  retryOn: '201-599,network,timeout',
  onResult: (_, result) => {
    if (result.result !== 'ok') console.log(`${result.id}: ${result.error.message}, after ${result.attempts} attempts`);
  },
});
rmSync(folder, { recursive: true });

const { elapsedMs } = outcome.summary.statistics;
const inTurnMs = records * latencyMs;
console.log(`${outcome.kind}: ${outcome.counts.ok} ok, ${outcome.counts.failed} failed`);
console.log(
  `${(elapsedMs / 1000).toFixed(1)} s; in turn ${(inTurnMs / 1000).toFixed(0)} s, with 40 in flight no less than ${(inTurnMs / 40_000).toFixed(1)} s`,
);
await target.close();
