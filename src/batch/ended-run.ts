// A run of which nothing is left to do: it says so, and sends nothing.

import type { Clock } from '../concurrency/clock.ts';
import { RunStatistics } from '../report/statistics.ts';
import type { BatchRun } from './batch-run.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';
import type { OpenRun } from './recording/run-files.ts';

export async function endedRun(
  { recovered, lock }: OpenRun,
  options: ResolvedOptions,
  clock: Clock,
): Promise<BatchRun> {
  await lock.release();
  const counts = recovered?.counts ?? { ok: 0, failed: 0, unknown: 0 };
  const settled = counts.ok + counts.failed + counts.unknown;
  const statistics = new RunStatistics(clock, counts);
  const { input, output, bodies } = options;
  return {
    description: [],
    resumed: { settled },
    snapshot: () => ({
      statistics: statistics.snapshot(),
      total: settled,
      readRecords: settled,
      readBytes: 0,
      totalBytes: null,
      rateLimit: null,
      stopping: null,
      state: 'running',
      local: null,
      hooks: null,
    }),
    stop: () => undefined,
    kill: () => undefined,
    control: null,
    done: Promise.resolve({
      kind: 'already-finished',
      summary: {
        ending: 'already-finished',
        statistics: statistics.snapshot(),
        total: settled,
        input,
        output,
        bodies,
        local: null,
        resumeCommand: null,
      },
      error: null,
    }),
  };
}
