// A service that turns away what is more than so many at once, and says how long to stay away.

import { expect, test } from 'vitest';
import { faultsOf, runAgainst, serve, times } from './run-against.ts';

test.concurrent('429 with Retry-After: few are refused, nobody comes earlier than told, no record fails', async () => {
  await using target = await serve();
  const records = 400;
  // Fewer than a run begins with, so that it cannot but be refused.
  const path = '/limit/6?over=429&retry-after=1&ms=10';
  const { rows } = await runAgainst(times(records, target.url + path));
  expect(faultsOf(rows)).toEqual([]);
  const { refused, early, total } = target.stats();
  expect([early, total - refused]).toEqual([0, records]);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(records * 0.08);
});

test.concurrent('connections dropped beyond a limit: few of them, and no record fails', async () => {
  await using target = await serve();
  const records = 1000;
  const { rows } = await runAgainst(times(records, `${target.url}/limit/20?over=reset&ms=20`));
  expect(faultsOf(rows)).toEqual([]);
  expect(target.stats().refused).toBeLessThan(records * 0.2);
});
