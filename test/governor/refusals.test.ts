// A service that turns away what is more than so many at once, and says how long to stay away.

import { expect, test } from 'vitest';
import { faultsOf, runAgainst, serve, times } from './run-against.ts';

test.concurrent('429 with Retry-After: few are refused, nobody comes earlier than told, no record fails', async () => {
  await using target = await serve();
  const records = 500;
  const path = '/limit/20?over=429&retry-after=1&ms=20';
  const { rows } = await runAgainst(times(records, target.url + path));
  expect(faultsOf(rows)).toEqual([]);
  const { refused, early, total, mostByPath } = target.stats();
  expect([early, total - refused]).toEqual([0, records]);
  // It was found out where the limit is, and not by running into it again and again.
  expect(mostByPath['/limit/20']).toBeGreaterThan(20);
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
