// Memory must not depend on the number of rows: the peak of a run ten times as long is compared.

import { join } from 'node:path';
import { startFastTarget } from './fast-target.ts';
import type { Figure } from './figure.ts';
import { smallRecordsFile } from './inputs.ts';
import { measure } from './measure.ts';
import { ourJob, removeRun } from './our-command.ts';
import { inFlight } from './compare/peer.ts';
import { runFolder } from './work-folder.ts';

/** Peak memory of a short and of a long run. */
export async function benchMemory(fewRows: number, manyRows: number): Promise<readonly Figure[]> {
  const target = await startFastTarget();
  const output = join(runFolder, 'memory.jsonl');
  const peaks: number[] = [];
  try {
    for (const rows of [fewRows, manyRows]) {
      process.stderr.write(`memory: ${rows} rows\n`);
      removeRun(output);
      const measured = await measure(ourJob(await smallRecordsFile(rows), output, target.url, inFlight));
      if (measured.exitCode !== 0) throw new Error(`exit code ${measured.exitCode}: ${measured.stderr}`);
      if (measured.peakBytes === null)
        throw new Error('GNU time is needed to tell the peak memory: apt-get install time');
      peaks.push(measured.peakBytes);
    }
  } finally {
    await target.stop();
    removeRun(output);
  }
  const [few = 0, many = 0] = peaks;
  return [
    { bench: 'memory', name: peakOf(fewRows), value: few / 1e6, unit: 'MB', goal: 150, note: '' },
    { bench: 'memory', name: peakOf(manyRows), value: many / 1e6, unit: 'MB', goal: 150, note: '' },
    { bench: 'memory', name: 'ten times the rows', value: many / few, unit: 'x', goal: 1.15, note: 'peak : peak' },
  ];
}

function peakOf(rows: number): string {
  return `peak of ${rows.toLocaleString('en-US')} rows`;
}
