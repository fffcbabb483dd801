// `auto` against a service that can do so much and no more: it has to find about as much as the best
// number that a person could have given. All runs go on side by side, so that a slow machine slows all.

import { expect, test } from 'vitest';
import { faultsOf, medianMs, runAgainst, serve, times } from './run-against.ts';

const servers = 16;

// A machine that stalls for a moment spoils a measurement: it may be taken again.
test('finds nearly all that the best number gives, without a long queue', { retry: 2 }, async () => {
  await using target = await serve();
  /** Each on a knee of its own. */
  const run = async (concurrency: number | 'auto', records: number) => {
    const url = `${target.url}/knee/${servers}/${concurrency}?ms=80`;
    const { rows, elapsedMs } = await runAgainst(times(records, url), { concurrency });
    expect(faultsOf(rows)).toEqual([]);
    // What is settled last shows where a run has got to.
    return { perSecond: (records / elapsedMs) * 1000, lastMs: medianMs(rows.slice((-records * 2) / 5)) };
  };
  const runs = [run('auto', 600), run(servers / 2, 200), run(servers, 400), run(servers * 2, 400)] as const;
  const [found, half, whole, twice] = await Promise.all(runs);
  const best = Math.max(half.perSecond, whole.perSecond, twice.perSecond);
  // Else the machine is the limit, and there is no knee to be found.
  expect(half.perSecond).toBeLessThan(0.75 * best);
  expect(twice.lastMs / half.lastMs).toBeGreaterThan(1.6);
  expect(found.perSecond).toBeGreaterThan(0.85 * best);
  expect(found.lastMs / half.lastMs).toBeLessThan(1.8);
});
