// A service that is down for a while: records wait, few connections ask whether it is back, and soon after
// it is, all are settled and none has failed. With MANYFETCH_LONG=1 the outage is one of 20 s.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from '../../src/testing/until.ts';
import { faultsOf, runAgainst, serve, times } from './run-against.ts';

const outageMs = process.env['MANYFETCH_LONG'] === '1' ? 20_000 : 2_500;

test.concurrent('nobody listens: no record fails, few ask, and it goes on soon', async () => {
  const records = 1500;
  const concurrency = 20;
  await using target = await serve();
  const running = runAgainst(times(records, `${target.url}/delay/0.02`), { concurrency });
  await until(() => target.stats().completed > records / 3, 20_000);
  await target.pause();
  const downMs = Date.now();
  await sleep(outageMs);
  await target.resume();
  const upMs = Date.now();
  const { rows, outcome } = await running;

  expect(faultsOf(rows)).toEqual([]);
  // Those that were in flight, the evidence that it is down, and a probe each second.
  const { attempts } = outcome.summary.statistics;
  expect(attempts - records).toBeGreaterThan(0);
  expect(attempts - records).toBeLessThan(3 * concurrency + outageMs / 1000);
  expect(target.stats().connections.opened).toBeLessThan(4 * concurrency);
  // Settled before, none during, the rest after; the first of them within the distance of two probes.
  const settled = rows.map(({ at }) => Date.parse(at));
  expect(settled.filter((at) => at > downMs + 200 && at < upMs)).toEqual([]);
  const firstMs = Math.min(...settled.filter((at) => at >= upMs));
  expect(firstMs - upMs).toBeLessThan(Math.max(2_500, outageMs * 0.15));
  expect(Math.max(...settled) - firstMs).toBeLessThan(10_000);
}, 90_000);

test.concurrent('of two services one dies: the other goes on at full speed', async () => {
  await using dying = await serve();
  await using living = await serve();
  const each = 600;
  const urls = Array.from({ length: each }, () => [`${dying.url}/delay/0.02`, `${living.url}/delay/0.02`]).flat();
  const running = runAgainst(urls, { concurrency: 20 });
  await until(() => dying.stats().completed > each / 10, 20_000);
  await dying.pause();
  const left = each - living.stats().completed;
  await until(() => living.stats().completed === each, 20_000);
  // It had a part of the work left, and did it while the other was down.
  expect(left).toBeGreaterThan(each / 4);
  expect(dying.stats().completed).toBeLessThan(each / 2);
  await dying.resume();
  const { rows } = await running;
  expect(faultsOf(rows)).toEqual([]);
  const ofLiving = rows.filter(({ url }) => url.startsWith(living.url));
  expect(ofLiving.filter(({ attempts }) => attempts > 1)).toEqual([]);
}, 60_000);
