// Two builds over the same rows, in turn, for a machine whose mood changes: CPU time and not the clock on the
// wall, the order turned round each time, the ratio of each pair, the median of those.

import { join } from 'node:path';
import { inFlight } from './compare/peer.ts';
import { startFastTarget } from './fast-target.ts';
import { ordersFile } from './inputs.ts';
import { measure } from './measure.ts';
import { median } from './median.ts';
import { buildFrom, ourJob, removeRun } from './our-command.ts';
import type { Settings, Side } from './section.ts';
import { drawColumns } from './table.ts';
import { runFolder } from './work-folder.ts';

/** What a side took, in the order of the rounds. */
interface Taken {
  readonly cpuMicros: number[];
  readonly rowsPerSecond: number[];
  readonly peakMb: number[];
}

export interface AbReport {
  readonly a: Taken;
  readonly b: Taken;
  /** b : a, of each round. */
  readonly cpuRatios: readonly number[];
}

/** Runs both for so many rounds. */
export async function compareBuilds({ rows, rounds, a, b }: Settings): Promise<AbReport> {
  const sides = [prepared('a', a), prepared('b', b)] as const;
  const input = await ordersFile(rows);
  const target = await startFastTarget();
  try {
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`ab: round ${round + 1}/${rounds}\n`);
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) await runOnce(side, input, target.url, rows);
    }
  } finally {
    await target.stop();
  }
  const [first, second] = sides;
  const cpuRatios = second.cpuMicros.map((micros, round) => micros / (first.cpuMicros[round] ?? Number.NaN));
  return { a: first, b: second, cpuRatios };
}

type Prepared = Taken & { readonly app: string; readonly with: readonly string[] };

function prepared(name: 'a' | 'b', side: Side): Prepared {
  const app = buildFrom(side.folder, join(runFolder, name));
  return { app, with: side.with, cpuMicros: [], rowsPerSecond: [], peakMb: [] };
}

async function runOnce(side: Prepared, input: string, url: string, rows: number): Promise<void> {
  const output = join(runFolder, 'ab.jsonl');
  const job = ourJob(input, output, url, inFlight, side.app);
  const measured = await measure({ ...job, args: [...job.args, ...side.with] });
  removeRun(output);
  if (measured.exitCode !== 0) throw new Error(`${side.app}: exit code ${measured.exitCode}: ${measured.stderr}`);
  if (measured.cpuMs === null) throw new Error('GNU time is needed to tell CPU time: apt-get install time');
  side.cpuMicros.push((measured.cpuMs * 1000) / rows);
  side.rowsPerSecond.push((rows * 1000) / measured.wallMs);
  side.peakMb.push((measured.peakBytes ?? 0) / 1e6);
}

const line = (name: string, { cpuMicros, rowsPerSecond, peakMb }: Taken): string[] => [
  name,
  (median(cpuMicros) ?? 0).toFixed(2),
  Math.min(...cpuMicros).toFixed(2),
  (median(rowsPerSecond) ?? 0).toFixed(0),
  (median(peakMb) ?? 0).toFixed(0),
];

/** The table in plain text. */
export function drawAb({ a, b, cpuRatios }: AbReport): string {
  const sorted = cpuRatios.toSorted((left, right) => left - right).map((ratio) => ratio.toFixed(3));
  const table = drawColumns([['', 'CPU µs/row', 'least', 'rows/s', 'peak MB'], line('a', a), line('b', b)], 1);
  return `${table}\nb : a, CPU: ${(median(cpuRatios) ?? Number.NaN).toFixed(3)} (of each round: ${sorted.join(' ')})`;
}
