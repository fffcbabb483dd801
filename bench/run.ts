// `npm run bench`: runs the benches that are named (default: throughput), prints tables with ratios
// and goals, and writes the same to bench/.work/latest.json.

import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.ts';
import { benchGovernor } from './governor.ts';
import { benchLatency } from './latency.ts';
import { benchMemory } from './memory.ts';
import { buildOurs } from './our-command.ts';
import { benchResume } from './resume.ts';
import { benchStart } from './start.ts';
import { drawFigures, drawThroughput } from './table.ts';
import { benchThroughput, type ThroughputTable } from './throughput.ts';
import { workFolder } from './work-folder.ts';

const usage = `npm run bench -- [BENCH...] [options]

  throughput   rows a second, side by side with others (default)
  start        --version, and one row all in
  latency      1,000 rows, 50 ms each, 40 at a time: against the ideal
  memory       peak memory of 200,000 and of 2,000,000 rows
  resume       2,000,000 settled rows: time to the first new request
  governor     what limits, rates and breakers cost an attempt
  all          all of these

  --rounds N   rounds, of which the median counts (default 3)
  --rows N     rows for the fast peers; slow ones get a share (default 200,000)
  --only NAME  only peers whose name contains NAME, and ours
  --quick      one round, a tenth of the rows: does it run at all?
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '200000' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const scale = values.quick ? 0.1 : 1;
const rounds = values.quick ? 1 : positive('--rounds', values.rounds);
const rows = Math.round(positive('--rows', values.rows) * scale);

const benches: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  start: () => benchStart(rounds * 3),
  latency: () => benchLatency(rounds),
  memory: () => benchMemory(200_000 * scale, 2_000_000 * scale),
  resume: () => benchResume(2_000_000 * scale),
  governor: () => Promise.resolve(benchGovernor(rounds)),
};

const names = positionals.length === 0 ? ['throughput'] : positionals;
const wanted = new Set(names.includes('all') ? ['throughput', ...Object.keys(benches)] : names);
const unknown = [...wanted].find((name) => name !== 'throughput' && benches[name] === undefined);

if (values.help || unknown !== undefined) {
  if (unknown !== undefined) process.stderr.write(`There is no bench called "${unknown}".\n\n`);
  process.stdout.write(usage);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const oursMissing = buildOurs();
  let throughput: ThroughputTable | null = null;
  const figures: Figure[] = [];
  const machine = { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown' };
  process.stdout.write(`Node ${machine.node}, ${machine.cores} cores, ${machine.cpu}\n`);
  if (wanted.has('throughput')) {
    throughput = await benchThroughput({ rows, rounds, only: values.only ?? null, oursMissing });
    process.stdout.write(`\n${throughput.target}; medians of ${rounds} round(s)\n${drawThroughput(throughput)}\n`);
  }
  for (const [name, bench] of Object.entries(benches)) {
    if (!wanted.has(name)) continue;
    if (oursMissing === null) figures.push(...(await bench().catch((error: unknown) => [failed(name, String(error))])));
    else figures.push(failed(name, oursMissing));
  }
  if (figures.length > 0) process.stdout.write(`\n${drawFigures(figures)}\n`);
  const path = join(workFolder, 'latest.json');
  const report = { at: new Date().toISOString(), machine, rounds, rows, throughput, figures };
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`\nAlso in ${path}\n`);
}

/** One bench that fails must not take the figures of the others with it. */
function failed(bench: string, note: string): Figure {
  process.exitCode = 1;
  return { bench, name: 'no figure', value: null, unit: 'ms', goal: null, note: note.split('\n', 1)[0] ?? '' };
}

function positive(option: string, text: string): number {
  const number = Number(text.replaceAll(',', '').replaceAll('_', ''));
  if (Number.isInteger(number) && number > 0) return number;
  process.stderr.write(`${option} is to be a whole number from 1 up, and is "${text}".\n`);
  return process.exit(2);
}
