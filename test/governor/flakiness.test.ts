// A service that fails now and then, whatever is in flight: sending less would not help, so it must not
// be sent less. Compared with one that is well, side by side.

import { expect, test } from 'vitest';
import { faultsOf, runAgainst, serve, times } from './run-against.ts';

const cases = [
  // What is right has to be found out first, while faults come.
  { concurrency: 'auto', share: 0.12 },
  { concurrency: 50, share: 0.6 },
] as const;

test.concurrent.each(cases)(
  'faults that no load explains: concurrency $concurrency',
  async ({ concurrency, share }) => {
    await using target = await serve();
    const perSecond = async (percent: number): Promise<number> => {
      const urls = times(600, `${target.url}/flaky/${percent}?ms=40`);
      const { rows } = await runAgainst(urls, { concurrency, retries: 8 });
      expect(faultsOf(rows)).toEqual([]);
      // Retries wait for seconds at the end: what counts is how fast most of it went.
      const settled = rows.map(({ at }) => Date.parse(at));
      const most = settled[Math.floor(rows.length * 0.85)] ?? Number.NaN;
      return (rows.length * 0.85) / ((most - Math.min(...settled)) / 1000);
    };
    const [well, flaky] = await Promise.all([perSecond(0), perSecond(8)]);
    expect(flaky).toBeGreaterThan(share * well);
  },
);
