import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as platformSleep } from 'node:timers/promises';
import { expect, expectTypeOf, test } from 'vitest';
import { CancelledError, UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { letHappen } from '../testing/run-until-settled.ts';
import { openScope, scope } from './scope.ts';
import { sleep } from './sleep.ts';
import { Task } from './task.ts';

const clock = new FakeClock();
const store = new AsyncLocalStorage<string>();
const read = (): Promise<string | undefined> => letHappen().then(() => store.getStore());
const never = { clock, onError: () => undefined } as const;

/** A task whose end is up to the test. */
function held(s = openScope(never)) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { s, resolve, reject, task: s.spawn(() => promise) };
}

test('is queued when spawned, then running, then done with its result', async () => {
  const { task, resolve, s } = held();
  expectTypeOf(task).toEqualTypeOf<Task<string>>();
  expect(task).toBeInstanceOf(Task);
  expect([task.name, task.state, task.error]).toEqual(['task-1', 'queued', undefined]);
  await letHappen();
  expect(task.state).toBe('running');
  expect(() => task.result).toThrow('task-1 has no result yet: it is running');
  expect(() => task.result).toThrow(UsageError);
  resolve('hello');
  expect(await task).toBe('hello');
  expect([task.state, task.result, task.error]).toEqual(['done', 'hello', undefined]);
  expect(await task.outcome()).toEqual({ state: 'done', result: 'hello' });
  expect(s.statistics()).toMatchObject({ spawned: 1, done: 1, running: 0, queued: 0 });
});

test('failed: result and await throw what the work threw, and error tells it', async () => {
  const thrown = new Error('x');
  const s = openScope(never);
  for (const work of [
    () => Promise.reject(thrown),
    () => {
      throw thrown;
    },
    () =>
      ({
        then: () => {
          throw thrown;
        },
      }) as never,
  ]) {
    const task = s.spawn(work);
    await expect(task).rejects.toBe(thrown);
    expect(() => task.result).toThrow(thrown);
    expect(await task.outcome()).toEqual({ state: 'failed', error: thrown });
    expect([task.state, task.error]).toEqual(['failed', thrown]);
  }
  const odd = s.spawn(() => Promise.reject());
  expect(await odd.outcome()).toEqual({ state: 'failed', error: undefined });
});

test('takes what calls itself a promise by its word, once', async () => {
  const s = openScope(never);
  const twice = {
    then: (resolve: (value: string) => void) => {
      resolve('first');
      resolve('second');
    },
  };
  const told: string[] = [];
  const task = s.spawn(() => twice as unknown as Promise<string>);
  task.onDone((settled) => told.push(settled.result));
  await task;
  const inner = s.spawn(() => task);
  expectTypeOf(inner).toEqualTypeOf<Task<string>>();
  expect(await inner).toBe('first');
  expect(told).toEqual(['first']);
});

test('onDone is called once, in order, with the settled task; later at once', async () => {
  const { task, resolve } = held();
  const told: string[] = [];
  for (const name of ['a', 'b']) task.onDone((settled) => told.push(`${name} ${settled.state} ${settled.result}`));
  await letHappen();
  resolve('x');
  await task;
  task.onDone((settled) => told.push(`late ${settled.state}`));
  expect(told).toEqual(['a done x', 'b done x', 'late done']);
});

test('cancelled while queued it never begins, and is settled at once', () => {
  const s = openScope(never);
  const task = s.spawn(() => expect.unreachable());
  const told: unknown[] = [];
  task.onDone(({ error }) => told.push(error));
  task.cancel('enough');
  task.cancel('again');
  expect([task.state, task.error, told, s.queued]).toEqual(['cancelled', 'enough', ['enough'], 0]);
});

test('cancelled while running it goes on until its work has ended', async () => {
  const s = openScope(never);
  const { promise, resolve } = Promise.withResolvers<void>();
  const told: unknown[] = [];
  const task = s.spawn(async (context) => {
    expect([context.cancelled, context.signal.aborted]).toEqual([false, false]);
    context.signal.addEventListener('abort', () => told.push(context.signal.reason));
    await promise;
    expect(context.cancelled).toBe(true);
    context.throwIfCancelled();
  });
  await letHappen();
  task.cancel();
  task.cancel('a second reason');
  expect(told).toMatchObject([{ code: 'cancelled', name: 'AbortError', message: 'task-1 was cancelled' }]);
  expect(told[0]).toBeInstanceOf(CancelledError);
  expect(task.state).toBe('running');
  resolve();
  expect(await task.outcome()).toEqual({ state: 'cancelled', reason: told[0] });
  await s.close();
});

test('a signal that is first read after cancelling is aborted', async () => {
  const s = openScope(never);
  const { promise, resolve } = Promise.withResolvers<void>();
  const task = s.spawn(({ signal, ...rest }) => [signal, rest] as const);
  const late = s.spawn(async (context) => {
    await promise;
    return [context.signal.aborted, context.signal.reason];
  });
  await letHappen();
  late.cancel('enough');
  resolve();
  expect(await late).toEqual([true, 'enough']);
  expect((await task)[0].aborted).toBe(false);
});

test('what was cancelled and yet returns is done; what fails of itself has failed', async () => {
  const stubborn = held();
  const broken = held();
  const platform = stubborn.s.spawn(({ signal }) => platformSleep(60_000, 'x', { signal }));
  await letHappen();
  for (const { cancel } of [stubborn.task, broken.task, platform].map((task) => ({ cancel: () => task.cancel() })))
    cancel();
  stubborn.resolve('all the same');
  broken.reject(new TypeError('x'));
  expect(await stubborn.task).toBe('all the same');
  expect(await broken.task.outcome()).toMatchObject({ state: 'failed', error: { message: 'x' } });
  expect((await platform.outcome()).state).toBe('cancelled');
});

test('a cancel that comes between settling and awaiting changes nothing', async () => {
  const { task, resolve } = held();
  const states: string[] = [];
  task.onDone((settled) => {
    settled.cancel('too late');
    states.push(settled.state);
  });
  await letHappen();
  resolve('x');
  await letHappen();
  task.cancel('too late');
  expect(await task).toBe('x');
  expect(states).toEqual(['done']);
});

test('can be awaited by many, before and after', async () => {
  const { task, resolve, reject, s } = held();
  const all = Promise.all([task, task, task.then((text) => text.length)]);
  resolve('four');
  expect(await all).toEqual(['four', 'four', 4]);
  reject(new Error('too late'));
  expect(await Promise.race([task, s.spawn(() => 'other')])).toBe('four');
});

test('a task that nobody awaits gives no unhandled rejection; its scope tells', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const thrown = new Error('x');
  const s = openScope();
  const task = s.spawn(() => Promise.reject(thrown));
  task.onDone(() => undefined);
  void task.outcome();
  await letHappen();
  await letHappen();
  await expect(s.close()).rejects.toBe(thrown);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('an external signal cancels it, at any time before it has settled', async () => {
  const s = openScope(never);
  const controller = new AbortController();
  const running = s.spawn(({ signal }) => sleep(Infinity, { signal, clock }), { signal: controller.signal, name: 'r' });
  const done = s.spawn(() => 'x', { signal: controller.signal });
  await letHappen();
  const queued = s.spawn(() => expect.unreachable(), { signal: controller.signal });
  controller.abort('enough');
  const late = s.spawn(() => expect.unreachable(), { signal: controller.signal });
  const outcomes = await Promise.all([running, done, queued, late].map((task) => task.outcome()));
  expect(outcomes.map(({ state }) => state)).toEqual(['cancelled', 'done', 'cancelled', 'cancelled']);
  expect([running.name, running.error]).toEqual(['r', 'enough']);
});

test('work runs in the async context in which it was spawned, however long it waited', async () => {
  const seen = await scope(
    async (s) => {
      const tasks = ['a', 'b', 'c'].map((name) => store.run(name, () => s.spawn(read)));
      return await Promise.all([...tasks, s.spawn(read)]);
    },
    { limit: 1 },
  );
  expect(seen).toEqual(['a', 'b', 'c', undefined]);
});
