import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { asCompleted } from './as-completed.ts';
import { openScope, scope } from './scope.ts';
import { sleep } from './sleep.ts';
import type { Task } from './task.ts';

test('gives each task exactly once, in the order in which they settle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 20 }), async (plan) => {
      const clock = new FakeClock();
      const within = openScope({ onError: () => {} });
      const settled: Task<unknown>[] = [];
      const tasks = plan.map(([ms, fails]) =>
        within.spawn(async () => {
          await sleep(ms, { clock });
          if (fails) throw new Error('failed');
        }),
      );
      for (const task of tasks) task.onDone((each) => settled.push(each));
      const seen: Task<unknown>[] = [];
      const loop = (async () => {
        for await (const { task, index } of asCompleted(tasks)) {
          expect(tasks[index]).toBe(task);
          seen.push(task);
        }
      })();
      for (let n = 0; n <= 20; n++) {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        clock.advance(1);
      }
      await loop;
      await within.close();
      expect(seen).toEqual(settled);
      expect(new Set(seen).size).toBe(plan.length);
    }),
    { numRuns: 30 },
  );
});

test('gives those first that have settled already; leaving cancels nothing', async () => {
  await scope(async (within) => {
    const early = within.spawn(() => 'early');
    await early;
    const late = within.spawn(() => sleep(5), { name: 'late' });
    for await (const { task, index } of asCompleted([late, early, early])) {
      expect(task).toBe(early);
      expect([index, task.result]).toEqual([1, 'early']);
      break;
    }
    expect(late.state).toBe('running');
  });
});

test('leaving again and again leaves nothing at the tasks', async () => {
  await scope(async (within) => {
    const late = within.spawn(({ signal }) => sleep(60_000, { signal }));
    let callbacks = 0;
    const onDone = late.onDone.bind(late);
    late.onDone = (callback) => {
      callbacks++;
      onDone(callback);
    };
    const early = within.spawn(() => 1);
    for (let n = 0; n < 100; n++) for await (const { task } of asCompleted([early, late])) if (task === early) break;
    expect(callbacks).toBe(1);
    late.cancel();
  });
  const promise = Promise.resolve() as unknown as Task<unknown>;
  expect(() => asCompleted([promise])).toThrow(UsageError);
});

test('of no tasks is over; a signal ends the waiting', async () => {
  expect(await asCompleted([]).next()).toEqual({ done: true, value: undefined });
  await scope(async (within) => {
    const task = within.spawn(({ signal }) => sleep(60_000, { signal }));
    const controller = new AbortController();
    const next = asCompleted([task], { signal: controller.signal }).next();
    controller.abort('enough');
    await expect(next).rejects.toBe('enough');
    task.cancel();
  });
});
