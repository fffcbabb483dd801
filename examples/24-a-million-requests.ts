// A million requests: memory does not grow, and a run that is stopped in the middle goes on where it was.
// With `node --expose-gc` the memory that it prints is what is really in use.
// Run it: node --expose-gc examples/24-a-million-requests.ts [requests]

import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BatchOutcome, runBatch } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const requests = Number(process.argv[2] ?? 1_000_000);
const target = await startTarget();
const folder = mkdtempSync(join(tmpdir(), 'manyfetch-'));
const input = join(folder, 'urls.txt');
const output = join(folder, 'results.jsonl');

const file = createWriteStream(input);
for (let n = 0; n < requests; n++) if (!file.write(`${target.url}/hello/${n}\n`)) await once(file, 'drain');
await once(file.end(), 'close');

let told = 0;
const heapMb: number[] = [];
function measure(): void {
  globalThis.gc?.();
  heapMb.push(process.memoryUsage().heapUsed / 2 ** 20);
}

/** Sends what is left to do, and stops when so many results have come. */
function send(stopAt: number): Promise<BatchOutcome> {
  const stop = new AbortController();
  const onResult = (): void => {
    told++;
    if (told === Math.floor(requests / 4) || told === Math.floor(requests * 0.9)) measure();
    if (told === stopAt) stop.abort();
  };
  return runBatch({ input, output, concurrency: 200, signal: stop.signal, onResult });
}

const first = await send(Math.floor(requests / 2));
console.log(`${first.kind} in the middle: ${first.counts.ok < requests && first.counts.ok >= requests / 2}`);
const second = await send(Infinity);
console.log(`${second.kind}: ${second.counts.ok} ok, ${second.counts.failed} failed`);

const indexes = new Set<number>();
let lines = 0;
for await (const line of createInterface(createReadStream(output))) {
  lines++;
  indexes.add((JSON.parse(line) as { index: number }).index);
}
console.log(`${lines} lines, ${indexes.size} records, ${target.stats().total} requests received`);
const [quarter = 0, almost = 0] = heapMb;
console.log(`in use: ${quarter.toFixed(1)} MB after a quarter, ${almost.toFixed(1)} MB near the end`);
rmSync(folder, { recursive: true });
await target.close();
