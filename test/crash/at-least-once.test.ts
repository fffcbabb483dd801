// The promise itself, at least once: a run is killed with SIGKILL at random moments and resumed.

import { expect, test } from 'vitest';
import { expectOneResultEach, inFlight, killAndResume, timesSeen } from './killed-runs.ts';

const records = 7_000;
const kills = 20;

test('every record has one result, and what came twice carried the same key', async () => {
  const run = await killAndResume({ records, kills, delivery: 'at-least-once', method: 'POST', seed: 11 });
  expect(run.kills).toBe(kills);
  expectOneResultEach(run, records);
  expect(run.stats.records.untracked).toBe(0);
  expect(run.stats.records.manyKeys).toBe(0);
  for (const row of run.rows) expect(timesSeen(run, row.index, 'POST')).toBeGreaterThanOrEqual(row.attempts);
  // Retries and what was in doubt at a kill; anything near a second sending of everything is a bug.
  expect(run.stats.total).toBeLessThan(records * 1.2 + run.kills * 2 * inFlight);
}, 90_000);
