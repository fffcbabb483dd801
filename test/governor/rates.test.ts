// Rates as the service sees them: counted on arrival, in any window, wherever it begins.

import { expect, test } from 'vitest';
import { faultsOf, runAgainst, serve, times } from './run-against.ts';

test.concurrent('a rate holds in any second and any tenth of it, and is used', async () => {
  await using target = await serve();
  const { rows, elapsedMs } = await runAgainst(times(125, `${target.url}/hello/you`), { rate: '50/s' });
  expect(faultsOf(rows)).toEqual([]);
  const { mostIn100Ms, mostIn1000Ms } = target.stats().arrivals;
  // What the machine holds up for a moment arrives together: a tenth of a second of it is allowed for.
  expect(mostIn1000Ms).toBeLessThanOrEqual(55);
  expect(mostIn1000Ms).toBeGreaterThan(30);
  expect(mostIn100Ms).toBeLessThanOrEqual(11);
  expect(elapsedMs).toBeGreaterThan((124 / 50) * 1000);
});

test.concurrent('a service that tells its quota is asked for no more than that', async () => {
  await using target = await serve();
  const urls = times(150, `${target.url}/rate/40?headers=draft&burst=40`);
  const { rows } = await runAgainst(urls, { concurrency: 8 });
  expect(faultsOf(rows)).toEqual([]);
  const { refused, early } = target.stats();
  expect([early, refused <= 8]).toEqual([0, true]);
});
