import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { DeadlineError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { runUntilSettled } from '../testing/run-until-settled.ts';
import { sleep } from './sleep.ts';
import { timeout } from './timeout.ts';

test('what is done in time gives its result, and leaves nothing', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const work = timeout(100, (context) => sleep(99, { clock, signal: context.signal }).then(() => 'done'), {
    clock,
    signal,
  });
  expect(await runUntilSettled(clock, work)).toEqual({ status: 'fulfilled', value: 'done' });
  expect(clock.pending).toBe(0);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('what is late is told to stop, and waited for', async () => {
  const clock = new FakeClock();
  let ended = 0;
  const work = timeout(
    100,
    async ({ signal }) => {
      await sleep(500, { clock, signal }).catch(() => undefined);
      await sleep(40, { clock });
      ended = clock.now();
      return 'late';
    },
    { clock },
  );
  const result = await runUntilSettled(clock, work);
  expect(result).toMatchObject({ status: 'rejected', reason: { code: 'deadline', message: 'Not done within 100 ms' } });
  expect(result.status === 'rejected' && result.reason).toBeInstanceOf(DeadlineError);
  expect(ended).toBe(140);
});

test('what fails while it stops is told, beside the time being over', async () => {
  const clock = new FakeClock();
  const bad = new Error('cannot give back');
  const work = timeout(10, ({ signal }) => sleep(20, { clock, signal }).catch(() => Promise.reject(bad)), { clock });
  const result = await runUntilSettled(clock, work);
  expect(result).toMatchObject({ reason: { errors: [{ code: 'deadline' }, bad], cause: { code: 'deadline' } } });
});

test('an error of the work, and the reason of a signal, are thrown as they are', async () => {
  const clock = new FakeClock();
  const broken = new Error('x');
  await expect(timeout(10, () => Promise.reject(broken), { clock })).rejects.toBe(broken);
  const controller = new AbortController();
  const work = timeout(10, ({ signal }) => sleep(Infinity, { clock, signal }), { clock, signal: controller.signal });
  controller.abort('enough');
  await expect(work).rejects.toBe('enough');
  await expect(timeout(10, () => expect.unreachable(), { signal: controller.signal })).rejects.toBe('enough');
  expect(clock.pending).toBe(0);
});

test('what is no time is refused before the work begins', async () => {
  await expect(timeout(Number.NaN, () => expect.unreachable())).rejects.toThrow('Expected `ms` to be a number');
});
