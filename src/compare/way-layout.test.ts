import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wayNames } from './compare-plan.ts';
import { layoutOf, madeOf, requestsInAll } from './way-layout.ts';

const plan = { requests: 100, threads: 10, processes: 2, concurrency: 100 };

test('who sends, and how much at once', () => {
  const rows = wayNames.map((name) => {
    const layout = layoutOf(name, plan);
    return [layout.label, madeOf(layout), layout.atOnce];
  });
  expect(rows).toEqual([
    ['in turn', '1 thread', 1],
    ['threads', '10 threads', 10],
    ['processes', '2 processes', 2],
    ['tasks', '1 thread', 100],
    ['tasks in processes', '2 processes', 100],
  ]);
});

test('one process is not a thread', () => {
  const made = wayNames.map((name) => madeOf(layoutOf(name, { ...plan, requests: 1 })));
  expect(made).toEqual(['1 thread', '1 thread', '1 process', '1 thread', '1 process']);
});

test('a probe, one request a worker, and what is measured', () => {
  expect(requestsInAll(['in-turn', 'tasks'], plan)).toBe(1 + 101 + 101);
  expect(requestsInAll(wayNames, plan)).toBe(1 + 101 + 110 + 102 + 101 + 102);
});

test('no more at once than there are requests, and no more tasks than may be', () => {
  const count = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(fc.record({ requests: count, threads: count, processes: count, concurrency: count }), (amounts) => {
      for (const name of wayNames) {
        const { atOnce, threads, processes, perWorker, chunk } = layoutOf(name, amounts);
        expect(Math.min(atOnce, threads, processes, perWorker, chunk)).toBeGreaterThanOrEqual(1);
        expect(atOnce).toBeLessThanOrEqual(amounts.requests);
        expect(name.startsWith('tasks') && atOnce > amounts.concurrency).toBe(false);
      }
      const { chunk, perWorker, processes, atOnce } = layoutOf('tasks-in-processes', amounts);
      const inFlight = Math.min(amounts.requests, chunk * perWorker * processes);
      expect(atOnce).toBe(inFlight);
      // All that may be on their way are, but for what does not divide.
      const tasks = Math.min(amounts.requests, amounts.concurrency);
      expect(tasks - atOnce).toBeLessThan(tasks === amounts.requests ? 1 : perWorker * processes);
    }),
  );
});
