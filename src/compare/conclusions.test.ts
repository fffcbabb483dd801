import { expect, test } from 'vitest';
import { comparedWays, waiting, working } from '../testing/compared-ways.ts';
import type { ComparedWay } from './comparison.ts';
import { conclusions } from './conclusions.ts';

test('where it waits, one thread is enough', () => {
  expect(conclusions(comparedWays(waiting), { workMs: 0 })).toEqual([
    'In turn it took 10.22 s, of which the CPU worked for 0.09 s: the rest was waiting. 100 tasks on one thread wait at the same time: 0.12 s.',
    '10 threads wait for 10 answers at once, and took 204 MB of memory; tasks took 62 MB.',
    'Tasks in 2 processes took 0.12 s, and 0.25 s to start: more processes pay when the CPU, not the waiting, is what takes the time (try --work 20ms).',
  ]);
});

test('where it computes, more processes pay', () => {
  const [first, , last] = conclusions(comparedWays(working), { workMs: 20 });
  expect(first).toBe(
    'In turn it took 12.30 s, of which the CPU worked for 2.09 s. 100 tasks on one thread wait at the same time, but work one after another: 2.15 s.',
  );
  expect(last).toBe(
    'Tasks in 2 processes took 1.13 s, 1.9× as fast, and 0.25 s to start: the one thread was busy, and several work at the same time.',
  );
});

test('where there is no more CPU to be had, that is said', () => {
  const crowded = comparedWays([...working.slice(0, 4), ['tasks-in-processes', 250, 2100, 2070, 186e6]]);
  expect(conclusions(crowded, { workMs: 20 }).at(-1)).toBe(
    'Tasks in 2 processes took 2.10 s, and 0.25 s to start: the one thread was busy, but more processes found no more CPU.',
  );
});

test('a gain that the CPU does not explain is not explained by it', () => {
  const odd = comparedWays([...waiting.slice(0, 4), ['tasks-in-processes', 250, 60, 50, 186e6]]);
  expect(conclusions(odd, { workMs: 0 }).at(-1)).toBe(
    'Tasks in 2 processes took 0.06 s, 2.0× as fast, and 0.25 s to start.',
  );
});

test('what took longer than it can have had to is not called waiting for answers', () => {
  const rows: typeof working = [
    ['in-turn', null, 15_330, 2440, 61e6],
    ['tasks', null, 5650, 2250, 62e6],
    ['tasks-in-processes', 1180, 5110, 2300, 186e6],
  ];
  expect(conclusions(comparedWays(rows), { workMs: 20 })).toEqual([
    'In turn it took 15.33 s, of which the CPU worked for 2.44 s: the rest was waiting. 100 tasks on one thread wait at the same time: 5.65 s, longer than one answer and their work: the service or this machine was busy.',
    'Tasks in 2 processes took 5.11 s, and 1.18 s to start.',
  ]);
});

test.each([
  [5120, ''],
  [9000, ', longer than 50 answers in turn and their work: the service or this machine was busy'],
])('two tasks wait for half of the answers, one after another: %i ms', (elapsedMs, odd) => {
  const ways = withLayouts({ atOnce: 2 }, [...waiting.slice(0, 1), ['tasks', null, elapsedMs, 50, 62e6]]);
  expect(conclusions(ways, { workMs: 0 })).toEqual([
    `In turn it took 10.22 s, of which the CPU worked for 0.09 s: the rest was waiting. 2 tasks on one thread wait at the same time: ${(elapsedMs / 1000).toFixed(2)} s${odd}.`,
  ]);
});

test('of what was not tried, or failed, nothing is concluded', () => {
  expect(conclusions(comparedWays(waiting.slice(0, 3)), { workMs: 0 })).toEqual([]);
  expect(conclusions(comparedWays(waiting.slice(3, 4)), { workMs: 0 })).toEqual([]);
  expect(conclusions(comparedWays(waiting, { failed: 1 }), { workMs: 0 })).toEqual([]);
  expect(conclusions(withLayouts({ atOnce: 1 }), { workMs: 0 })).toEqual([]);
});

test('one process is one', () => {
  expect(conclusions(withLayouts({ processes: 1 }), { workMs: 0 }).at(-1)).toMatch(/^Tasks in 1 process took /);
});

function withLayouts(change: Partial<ComparedWay['layout']>, rows = waiting): ComparedWay[] {
  return comparedWays(rows).map((way) => ({ ...way, layout: { ...way.layout, ...change } }));
}
