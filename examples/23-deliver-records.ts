// A delivery job: a file of records arrives, each with its service, method, URL, headers and data. 40 are in flight, each has up to
// four attempts while its status is not 200. A callback gets every record with its result, and what it returns is recorded with it;
// a service that fails four times is named, and the job goes on. The time is close to records x latency / 40. At the same time the
// command does the same.
// Run it: node examples/23-deliver-records.ts [records]

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runBatch } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

interface Delivery {
  readonly service: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly order: number };
}

const records = Number(process.argv[2] ?? 1000);
const latencyMs = 100;
const target = await startTarget();
const folder = mkdtempSync(join(tmpdir(), 'manyfetch-'));
const input = join(folder, 'records.jsonl');
const output = join(folder, 'results.jsonl');
const outputOfCommand = join(folder, 'by-command.jsonl');
const callback = join(folder, 'callback.ts');

function delivery(order: number): Delivery {
  // The billing service is down.
  const isBilling = order % 10 === 5 && order < records / 10;
  const url = `${target.url}/${isBilling ? 'status/500' : `delay/${latencyMs / 1000}`}`;
  const service = isBilling ? 'billing' : 'shipping';
  return { service, url, method: 'POST', headers: { 'x-client': 'example' }, body: { order } };
}
writeFileSync(input, Array.from({ length: records }, (_, order) => `${JSON.stringify(delivery(order))}\n`).join(''));

/** How many of its lines have what a callback returned. */
function handledIn(results: string): number {
  return readFileSync(results, 'utf8').match(/"extracted":\{"order":\d+/g)?.length ?? 0;
}

writeFileSync(callback, 'export default ({ body }, { status }) => ({ order: body.order, status });\n');
const options = '-c 40 --retries 3 --success 200 --retry-on 201-599,network,timeout --summary json --quiet';
const command = ['run', input, '-o', outputOfCommand, '--on-result', callback, ...options.split(' ')];
const bin = join(import.meta.dirname, '../bin/manyfetch.js');
const child = spawn(process.execPath, [bin, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
const said = text(child.stdout);

const { kind, counts, summary } = await runBatch<Delivery>({
  input,
  output,
  concurrency: 40,
  retries: 3,
  success: '200',
  retryOn: '201-599,network,timeout',
  onResult: ({ service, body: { order } }, { result, status, attempts, error }) => {
    if (result !== 'ok') console.log(`${service}, order ${order}: ${error?.message}, after ${attempts} attempts`);
    return { order, status };
  },
});
const tookS = summary.statistics.elapsedMs / 1000;
console.log(
  `runBatch: ${kind}, ${counts.ok} ok, ${counts.failed} failed, ${handledIn(output)} handled, ${tookS.toFixed(1)} s`,
);

const { ending, results } = JSON.parse(await said) as { ending: string; results: { ok: number; failed: number } };
console.log(
  `manyfetch run: ${ending}, ${results.ok} ok, ${results.failed} failed, ${handledIn(outputOfCommand)} handled`,
);
const inTurnS = (records * latencyMs) / 1000;
console.log(`in turn it takes ${inTurnS} s, with 40 in flight no less than ${(inTurnS / 40).toFixed(1)} s`);
rmSync(folder, { recursive: true });
await target.close();
