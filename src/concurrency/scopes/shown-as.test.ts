import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Barrier } from '../barrier.ts';
import { Event } from '../event.ts';
import { Queue } from '../queue.ts';
import { RateLimit } from '../rate-limit.ts';
import { openScope } from '../scope.ts';
import { Semaphore } from '../semaphore.ts';

test('a task shows where it is, and what came of it', async () => {
  const scope = openScope({ limit: 1, onError: () => undefined });
  const task = scope.spawn(() => new Map([['a', 1]]), { name: 'fetch' });
  const failed = scope.spawn(() => Promise.reject(new RangeError('no')));
  const cancelled = scope.spawn(() => 1);
  cancelled.cancel('late');
  expect(inspect(task)).toBe("Task { name: 'fetch', state: 'queued' }");
  expect(inspect(scope)).toMatch(/^Scope \{.*queued: 2/s);
  await scope.close();
  expect(inspect(task)).toBe("Task { name: 'fetch', state: 'done', result: Map(1) { 'a' => 1 } }");
  expect(inspect(failed)).toMatch(/^Task \{\s+name: 'task-1',\s+state: 'failed',\s+error: RangeError: no/);
  expect(inspect(cancelled)).toBe("Task { name: 'task-2', state: 'cancelled', reason: 'late' }");
});

test('so do those that tasks meet at', () => {
  expect(inspect(new Event())).toBe('Event { isSet: false, waiting: 0 }');
  expect(inspect(new Barrier(3))).toBe('Barrier { parties: 3, waiting: 0, broken: false }');
  expect(inspect(new Queue(3))).toMatch(/^Queue \{\s+capacity: 3,\s+size: 0/);
  expect(inspect(new Semaphore(2))).toBe('Semaphore { capacity: 2, taken: 0, waiting: 0 }');
  expect(inspect(new RateLimit('5/s'))).toMatch(/^RateLimit \{/);
});
