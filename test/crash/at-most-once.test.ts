// The promise itself, at most once: a run is killed with SIGKILL at random moments and resumed.

import { expect, test } from 'vitest';
import { expectOneResultEach, inFlight, killAndResume, timesSeen } from './killed-runs.ts';

const records = 7_000;
const kills = 20;

test('no POST was seen twice, and results say what the service saw', async () => {
  const run = await killAndResume({ records, kills, delivery: 'at-most-once', method: 'POST', seed: 12 });
  expect(run.kills).toBe(kills);
  expectOneResultEach(run, records);
  expect(run.stats.records.maximum).toBe(1);
  const known = run.rows.filter((row) => row.result !== 'unknown');
  expect(known.filter((row) => timesSeen(run, row.index, 'POST') !== 1)).toEqual([]);
  const unknown = run.rows.filter((row) => row.result === 'unknown').length;
  // Lost answers: resets of the service, and what was in flight at each kill.
  expect(unknown).toBeGreaterThan(0);
  expect(unknown).toBeLessThan(records * 0.06 + run.kills * 2 * inFlight);
  expect(run.lastExitCode).toBe(1);
}, 90_000);
