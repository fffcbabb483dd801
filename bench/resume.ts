// Resuming must cost what is left to do, not what was done. A run is stopped when millions of rows are
// settled; then the same command is started again, and the clock runs from the start of the process
// until the first new request arrives. A new run of the same input tells what of that is start-up.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFastTarget } from './fast-target.ts';
import type { Figure } from './figure.ts';
import { smallRecordsFile } from './inputs.ts';
import { ourJob, removeRun } from './our-command.ts';
import { inFlight } from './compare/peer.ts';
import { runFolder } from './work-folder.ts';

/** Time from the start of a resumed run to its first request. */
export async function benchResume(settledRows: number): Promise<readonly Figure[]> {
  const input = await smallRecordsFile(Math.round(settledRows * 1.1));
  const output = join(runFolder, 'resume.jsonl');
  const fresh = join(runFolder, 'resume-fresh.jsonl');
  removeRun(output);
  process.stderr.write(`resume: settling ${settledRows} rows\n`);
  const port = await settle(input, output, settledRows);
  const settled = await countLines(output);
  const resumedMs = await untilFirstRequest(input, output, port);
  removeRun(fresh);
  const freshMs = await untilFirstRequest(input, fresh, port);
  removeRun(output);
  removeRun(fresh);
  const name = `first new request after ${settled.toLocaleString('en-US')} settled rows`;
  const note = `a new run: ${freshMs.toFixed(0)} ms; the goal is that of 10,000,000 rows`;
  return [{ bench: 'resume', name, value: resumedMs, unit: 'ms', goal: 2000, note }];
}

/** Runs until so many rows are settled, and stops as Ctrl-C does. The port, which is part of what a resumed run must repeat. */
async function settle(input: string, output: string, rows: number): Promise<number> {
  const target = await startFastTarget();
  try {
    const { program, args } = ourJob(input, output, target.url, inFlight);
    const child = spawn(program, args, { stdio: 'ignore' });
    while (child.exitCode === null && (await target.requests()) < rows) await sleep(20);
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    if (child.exitCode !== 3) throw new Error(`stopped with exit code ${child.exitCode}, expected 3`);
    return target.port;
  } finally {
    await target.stop();
  }
}

async function untilFirstRequest(input: string, output: string, port: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/`;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  // nginx closed its side first, so its port is free again only to those who may reuse it, as node does.
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const first = once(server, 'request').then(() => performance.now());
  const begin = performance.now();
  const { program, args } = ourJob(input, output, url, inFlight);
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const arrived = await Promise.race([first, ended.then(() => null)]);
  child.kill('SIGKILL');
  await ended;
  server.close();
  server.closeAllConnections();
  if (arrived === null) throw new Error(`the run ended with exit code ${child.exitCode} before it sent anything`);
  return arrived - begin;
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}
