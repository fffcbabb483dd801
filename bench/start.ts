// Starting: what a command costs that does next to nothing.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import { ordersFile } from './inputs.ts';
import { measure, type Command } from './measure.ts';
import { median } from './median.ts';
import { ourJob, ourVersion, removeRun } from './our-command.ts';
import { runFolder } from './work-folder.ts';

/** `--version`, and a run of one row, all in. */
export async function benchStart(rounds: number): Promise<readonly Figure[]> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"ok":true}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const output = join(runFolder, 'start.jsonl');
  const input = await ordersFile(1);
  const node = await medianMs(rounds, () => ({ program: process.execPath, args: ['-e', '0'] }));
  const version = await medianMs(rounds, ourVersion);
  const row = await medianMs(rounds, () => {
    removeRun(output);
    return ourJob(input, output, url, 1);
  });
  server.close();
  server.closeAllConnections();
  const note = `of which node itself: ${node?.toFixed(0) ?? '?'} ms`;
  return [
    { bench: 'start', name: '--version', value: version, unit: 'ms', goal: 100, note },
    { bench: 'start', name: 'one row, all in', value: row, unit: 'ms', goal: 250, note },
  ];
}

async function medianMs(rounds: number, command: () => Command): Promise<number | null> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const measured = await measure(command());
    if (measured.exitCode !== 0) throw new Error(`exit code ${measured.exitCode}: ${measured.stderr}`);
    times.push(measured.wallMs);
  }
  return median(times);
}
