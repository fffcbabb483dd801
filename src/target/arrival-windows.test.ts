import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ArrivalWindows } from './arrival-windows.ts';

/** The most of the times that lie within any window of that length. */
function most(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((end) => times.filter((at) => at <= end && at > end - windowMs).length));
}

test('counts the most in any window as one does who keeps all times', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 60 }), (gaps) => {
      const windows = new ArrivalWindows();
      let nowMs = 0;
      const times = gaps.map((gap) => (nowMs += gap));
      for (const at of times) windows.add(at);
      expect(windows.summary()).toEqual({ mostIn100Ms: most(times, 100), mostIn1000Ms: most(times, 1000) });
    }),
  );
});

test('grows with what a second brings, and ends at its bound', () => {
  const windows = new ArrivalWindows();
  for (let n = 0; n < 50_000; n++) windows.add(5000 + n / 64);
  expect(windows.summary()).toEqual({ mostIn100Ms: 6400, mostIn1000Ms: 50_000 });
  for (let n = 0; n < 200_000; n++) windows.add(6000);
  expect(windows.summary()).toEqual({ mostIn100Ms: 65_536, mostIn1000Ms: 65_536 });
  windows.reset();
  windows.add(6000);
  expect(windows.summary()).toEqual({ mostIn100Ms: 1, mostIn1000Ms: 1 });
});
