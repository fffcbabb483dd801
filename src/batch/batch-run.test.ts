import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunStatistics } from '../report/statistics.ts';
import { EngineBench } from '../testing/engine-bench.ts';
import { RecorderBench } from '../testing/recorder-bench.ts';
import { LiveRun } from './batch-run.ts';
import { resolveOptions } from './options/resolve-options.ts';

let bench: RecorderBench;

beforeEach(() => {
  bench = new RecorderBench();
});

afterEach(() => {
  bench.remove();
});

test('a stop that comes while the results are being saved, when nothing is in flight, leaves no timer behind', async () => {
  const saving = Promise.withResolvers<void>();
  const { recorder } = await bench.setUp({}, bench.slowDisk(saving.promise));
  const world = new EngineBench({ records: 0, script: () => ({}) });
  const { engine, clock } = world;
  const run = new LiveRun({
    options: resolveOptions({ input: 'in.jsonl', graceMs: 60_000 }),
    runId: null,
    machineLimit: 100,
    governor: world.governor,
    description: [],
    resumed: null,
    clock,
    engine,
    reader: { batches: () => emptyInput(), readBytes: 0, totalBytes: 0, header: null },
    counting: null,
    recorder,
    hooks: null,
    statistics: new RunStatistics(clock),
    cleanUp: () => Promise.resolve(),
  });
  await world.untilMs(0);
  run.stop();
  expect(run.snapshot().stopping).toBe(null);
  saving.resolve();
  expect((await run.done).kind).toBe('finished');
  expect(clock.pending).toBe(0);
});

async function* emptyInput() {}
