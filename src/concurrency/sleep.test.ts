import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { letHappen, runUntilSettled } from '../testing/run-until-settled.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';

test('sleeps so long, and leaves nothing', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  await runUntilSettled(clock, sleep(250, { clock, signal }));
  expect(clock.now()).toBe(250);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a signal ends it with its reason, and leaves no timer', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = sleep(Infinity, { clock, signal: controller.signal });
  const short = sleep(10, { clock, signal: controller.signal });
  controller.abort('enough');
  await expect(sleeping).rejects.toBe('enough');
  await expect(short).rejects.toBe('enough');
  await expect(sleep(1, { clock, signal: controller.signal })).rejects.toBe('enough');
  expect(clock.pending).toBe(0);
});

test('a time that has passed is over at once, and what is no number is refused', async () => {
  const clock = new FakeClock();
  await runUntilSettled(clock, sleep(-3, { clock }));
  expect(clock.now()).toBe(0);
  await expect(sleep(Number.NaN)).rejects.toMatchObject({ code: 'bad_option' });
  await expect(sleep('5' as never)).rejects.toThrow('Expected `ms` to be a number of milliseconds, got "5"');
});

test('a thousand of them with one signal get one listener', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const all = Array.from({ length: 1000 }, () => sleep(5, { clock, signal: controller.signal }));
  await letHappen();
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  controller.abort('enough');
  const settled = await Promise.allSettled(all);
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
});

test('takes the context of a task, and the real clock', async () => {
  await scope(async (s) => {
    const task = s.spawn((context) => sleep(60_000, context));
    await sleep(1);
    task.cancel('enough');
    expect(await task.outcome()).toEqual({ state: 'cancelled', reason: 'enough' });
  });
});
