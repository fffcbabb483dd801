// What hooks cost a row, and what they do to the event loop: a hook that computes for 2 ms, in the process and over two
// threads, and one that does next to nothing. The loop's delay is that of this process, in which the run is.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../src/concurrency/clock.ts';
import { runBatch } from '../src/index.ts';
import { startFastTarget } from './fast-target.ts';
import type { Figure } from './figure.ts';
import { smallRecordsFile } from './inputs.ts';
import { median } from './median.ts';
import { removeRun } from './our-command.ts';
import { runFolder } from './work-folder.ts';

const threads = 2;
const inFlight = 64;

const trivial = 'export default (record, { status }) => ({ id: record.id, status });';
/** CPU time, however many others want it. */
const computing = `export default ({ id }) => {
  const from = process.threadCpuUsage();
  let sum = 0;
  for (;;) {
    for (let n = 0; n < 20_000; n++) sum += Math.sqrt(n);
    const { user, system } = process.threadCpuUsage(from);
    if (user + system >= 2_000) return { id, sum };
  }
};`;

/** One way to run a hook. */
interface Way {
  readonly name: string;
  readonly code: string | null;
  readonly threads: number | null;
  /** Of the rows that were asked for. */
  readonly share: number;
}

const bare: Way = { name: 'no hook', code: null, threads: null, share: 1 };
const ways: readonly Way[] = [
  bare,
  { name: 'trivial, in the process', code: trivial, threads: null, share: 1 },
  { name: `trivial, over ${threads} threads`, code: trivial, threads, share: 1 },
  { name: '2 ms of CPU, in the process', code: computing, threads: null, share: 0.05 },
  { name: `2 ms of CPU, over ${threads} threads`, code: computing, threads, share: 0.1 },
];

interface Seen {
  readonly rowUs: number;
  readonly p99Ms: number;
}

/** Delays of the loop and microseconds a row. */
export async function benchHooks(rows: number, rounds: number): Promise<readonly Figure[]> {
  const target = await startFastTarget();
  try {
    const seen = new Map<Way, Seen[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < rounds; round++)
      for (const [way, list] of seen) list.push(await runOnce(way, rows, target.url));
    const of = (way: Way, key: keyof Seen): number => median((seen.get(way) ?? []).map((one) => one[key])) ?? NaN;
    const bareUs = of(bare, 'rowUs');
    return ways.map((way): Figure => {
      const perSecond = Math.round(1e6 / of(way, 'rowUs')).toLocaleString('en-US');
      const above = way === bare ? '' : `, ${(of(way, 'rowUs') - bareUs).toFixed(1)} µs a row above none`;
      const goal = way.code === computing && way.threads !== null ? 20 : null;
      const note = `${perSecond} rows/s${above}`;
      return {
        bench: 'hooks',
        name: `${way.name}: p99 of the loop's delay`,
        value: of(way, 'p99Ms'),
        unit: 'ms',
        goal,
        note,
      };
    });
  } finally {
    await target.stop();
  }
}

async function runOnce({ code, threads: hookThreads, share }: Way, rows: number, url: string): Promise<Seen> {
  const input = await smallRecordsFile(Math.round(rows * share));
  const output = join(runFolder, 'hooks.jsonl');
  const onResult = join(runFolder, `hook-${code?.length ?? 0}.mjs`);
  if (code !== null) writeFileSync(onResult, code);
  removeRun(output);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startMs = systemClock.now();
  const { counts } = await runBatch({
    input,
    output,
    url,
    recordAsJson: true,
    concurrency: inFlight,
    ...(code === null ? {} : { onResult }),
    ...(hookThreads === null ? {} : { hookThreads }),
  });
  const tookMs = systemClock.now() - startMs;
  delay.disable();
  removeRun(output);
  const made = Math.round(rows * share);
  if (counts.ok !== made) throw new Error(`${counts.ok} of ${made} rows are ok`);
  return { rowUs: (tookMs * 1000) / made, p99Ms: delay.percentile(99) / 1e6 };
}
