// The pace of connecting: rules by hand, then any sequence of outcomes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectPace, first, largest, lateMs, smallest } from './connect-pace.ts';

const refused = Object.assign(new Error('m'), { code: 'ECONNREFUSED' });

/** So many dials that end well. */
function succeed(pace: ConnectPace, times: number, ms = 1): void {
  for (let i = 0; i < times; i++) pace.succeeded(ms);
}

test('begins with a few, and grows by one with each that succeeds, up to a bound', () => {
  const pace = new ConnectPace();
  expect([pace.may(first - 1), pace.may(first)]).toEqual([true, false]);
  succeed(pace, 10);
  expect([pace.may(first + 9), pace.may(first + 10)]).toEqual([true, false]);
  succeed(pace, 2 * largest);
  expect([pace.limit, pace.may(largest)]).toEqual([largest, false]);
});

test('a dial that took a second longer than others halves it, once for all that were under way', () => {
  const pace = new ConnectPace();
  succeed(pace, 36, 20);
  pace.succeeded(20 + lateMs);
  expect(pace.limit).toBe(101);
  for (let i = 0; i < 101; i++) pace.succeeded(21 + lateMs);
  expect(pace.limit).toBe(50);
  pace.succeeded(20);
  expect(pace.limit).toBe(51);
  pace.succeeded(21 + lateMs);
  expect(pace.limit).toBe(25);
});

test('a server that is far away is not late', () => {
  const pace = new ConnectPace();
  succeed(pace, 100, 3_000);
  expect(pace.limit).toBe(first + 100);
  // It has come nearer, and goes away again: what was the fastest long ago is forgotten.
  pace.succeeded(10);
  succeed(pace, 1_000, 3_000);
  expect(pace.limit).toBeGreaterThan(500);
});

test('failures halve it while others succeed, down to a bound; alone they mean that the server is down', () => {
  const pace = new ConnectPace();
  for (let i = 0; i < 1_000; i++) pace.failed(refused);
  expect(pace.limit).toBe(first);
  for (let i = 0; i < 1_000; i++) {
    pace.succeeded(1);
    pace.failed(refused);
  }
  expect(pace.limit).toBeLessThan(2 * smallest + 2);
  for (let i = 0; i < 1_000; i++) pace.failed(refused);
  expect(pace.limit).toBeGreaterThanOrEqual(smallest);
});

test('what says nothing of a queue does not count', () => {
  const pace = new ConnectPace();
  pace.succeeded(1);
  for (const code of ['ENOTFOUND', 'EMFILE', 'CERT_HAS_EXPIRED']) pace.failed(Object.assign(new Error('m'), { code }));
  expect(pace.limit).toBe(first + 1);
  pace.failed(refused);
  expect(pace.limit).toBe((first + 1) >> 1);
});

test('whatever comes: within bounds, up by one at most, halved once a round', () => {
  const outcome = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 50 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 5_000 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 600 }), (outcomes) => {
      const pace = new ConnectPace();
      const wrong: string[] = [];
      let sinceHalved = Infinity;
      let round = 0;
      for (const ms of outcomes) {
        const before = pace.limit;
        if (ms === null) pace.failed(refused);
        else pace.succeeded(ms);
        sinceHalved++;
        const { limit } = pace;
        const isHalved = limit < before;
        if (limit < smallest || limit > largest || !pace.may(limit - 1) || pace.may(limit)) wrong.push(`${limit}`);
        if (limit > before + (ms === null ? 0 : 1)) wrong.push(`${before} grew to ${limit}`);
        if (isHalved && limit !== Math.max(smallest, before >> 1)) wrong.push(`${before} fell to ${limit}`);
        if (isHalved && sinceHalved < round) wrong.push(`halved again after ${sinceHalved} of ${round}`);
        if (isHalved) [sinceHalved, round] = [0, before];
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
