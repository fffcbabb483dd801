// The Nth operation of the disk fails, for N = 1, 2, 3 ... until a run ends in which nothing failed. Then
// the same command on a good disk: every record has one result, whatever went wrong. The cases run side by
// side, since each mostly waits for the disk.

import { expect, test } from 'vitest';
import { setImmediate as turn } from 'node:timers/promises';
import type { BatchOptions } from '../../src/batch/options/batch-options.ts';
import type { RunEnvironment } from '../../src/batch/run-environment.ts';
import { openHook } from '../../src/client/hook/open-hook.ts';
import { DiskError } from '../../src/errors.ts';
import { FaultyDisk } from '../../src/testing/faulty-disk.ts';
import type { FaultPlan } from '../../src/testing/faulty-disk.ts';
import { DiskBench, quickDisk } from './disk-bench.ts';

interface Case {
  readonly name: string;
  readonly options?: Partial<BatchOptions>;
  readonly output?: string;
  /** Results of a run that is killed before the one whose disk fails. */
  readonly killedAfter?: number;
  readonly bodies?: boolean;
  readonly environment?: Partial<RunEnvironment>;
}

const cases: readonly Case[] = [
  { name: 'a new run' },
  { name: 'a resumed run', killedAfter: 5 },
  { name: 'a new run at most once', options: { delivery: 'at-most-once' } },
  { name: 'results in the order of the input', options: { order: 'input' }, killedAfter: 5 },
  { name: 'order and at most once', options: { order: 'input', delivery: 'at-most-once' } },
  { name: 'results in CSV', output: 'out.csv' },
  {
    name: 'resumed results in CSV at most once',
    options: { delivery: 'at-most-once' },
    output: 'out.csv',
    killedAfter: 5,
  },
  { name: 'starting over', options: { fresh: true }, killedAfter: 5 },
  { name: 'bodies in files', bodies: true },
  {
    name: 'hooks that are waited for, at most once',
    options: { delivery: 'at-most-once', onResult: () => turn(), hookConcurrency: 2 },
    environment: { openHook },
    killedAfter: 5,
  },
];

const plans = [
  { name: 'once', persistent: false, code: 'EIO' },
  { name: 'from then on', persistent: true, code: 'ENOSPC' },
] as const;

// Both ways for what is most often done; the others take turns.
const pairs = cases.flatMap((what, at) => (at < 3 ? plans : [plans[at % 2] ?? plans[0]]).map((how) => ({ what, how })));

test.concurrent.each(pairs)(
  '$what.name, the disk fails $how.name',
  async ({ what, how }) => {
    let failAt = 1;
    let disk = await runOn(what, { ...how, failAt });
    while (disk.faulted) disk = await runOn(what, { ...how, failAt: ++failAt });
    // It was worth it: there were checkpoints, and the journal was replaced on the way.
    const count = (operation: string): number => disk.log.filter((line) => line.includes(` ${operation} `)).length;
    expect(count('sync')).toBeGreaterThan(4);
    expect(count('rename')).toBeGreaterThan(1);
  },
  60_000,
);

async function runOn(what: Case, plan: FaultPlan): Promise<FaultyDisk> {
  using bench = new DiskBench({ records: 12, ...what });
  if (what.killedAfter !== undefined) await bench.run({ killAfter: what.killedAfter });
  const disk = new FaultyDisk(quickDisk, plan);
  try {
    const { kind, error } = await bench.run({ disk });
    const code = plan.code === 'ENOSPC' ? 'disk_full' : 'disk_failed';
    const ended = {
      kind,
      isDiskError: error instanceof DiskError,
      code: error instanceof DiskError ? error.code : null,
    };
    expect(ended).toEqual(
      disk.faulted ? { kind: 'disk', isDiskError: true, code } : { kind: 'finished', isDiskError: false, code: null },
    );
    if (bench.isAtMostOnce) bench.checkSentOnce();
    const again = await bench.run();
    expect(['finished', 'already-finished']).toContain(again.kind);
    await bench.checkComplete();
  } catch (error) {
    throw new Error(`after ${disk.log.slice(0, plan.failAt).join('\n')}`, { cause: error });
  }
  return disk;
}
