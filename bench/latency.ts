// A slow target: is every permit in use all the time? N rows of latency L over P permits cannot take less
// than N·L/P; what is above that, start-up aside, is ours. L is what the target itself measured from the
// end of a request to its answer, since a timer of 50 ms takes a little longer.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from './figure.ts';
import { smallRecordsFile } from './inputs.ts';
import { measure } from './measure.ts';
import { median } from './median.ts';
import { ourJob, removeRun } from './our-command.ts';
import { runFolder } from './work-folder.ts';

const rows = 1000;
const permits = 40;
const latencyMs = 50;

/** Elapsed time against the ideal, for 40 permits. */
export async function benchLatency(rounds: number): Promise<readonly Figure[]> {
  const served: number[] = [];
  const server = slowTarget(served);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ratios: number[] = [];
  const elapsed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await elapsedMs(1, url);
    const startMs = one - mean(served.splice(0));
    const all = await elapsedMs(rows, url);
    if (served.length !== rows) throw new Error(`the target served ${served.length} requests for ${rows} rows`);
    ratios.push((all - startMs) / ((rows * mean(served.splice(0))) / permits));
    elapsed.push(all);
  }
  server.close();
  server.closeAllConnections();
  const note = `${rows} rows of ${latencyMs} ms, ${permits} at a time: ${median(elapsed)?.toFixed(0)} ms with start-up`;
  return [{ bench: 'latency', name: 'elapsed : ideal', value: median(ratios), unit: 'x', goal: 1.02, note }];
}

function slowTarget(served: number[]): Server {
  return createServer((request, response) => {
    request.resume().on('end', () => {
      const begin = performance.now();
      void sleep(latencyMs).then(() => {
        served.push(performance.now() - begin);
        return response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
      });
    });
  }).listen(0, '127.0.0.1');
}

async function elapsedMs(count: number, url: string): Promise<number> {
  const output = join(runFolder, 'latency.jsonl');
  removeRun(output);
  const measured = await measure(ourJob(await smallRecordsFile(count), output, url, permits));
  if (measured.exitCode !== 0) throw new Error(`exit code ${measured.exitCode}: ${measured.stderr}`);
  return measured.wallMs;
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
