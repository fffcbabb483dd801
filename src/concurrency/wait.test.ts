import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { openScope } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Task } from './task.ts';
import { wait } from './wait.ts';

/** A task that settles when it is told to. */
function settleable(within: Scope, name: string) {
  const end: PromiseWithResolvers<string> = Promise.withResolvers();
  const task = within.spawn(() => end.promise, { name });
  return { task, done: () => end.resolve(name), fail: () => end.reject(new Error(name)) };
}

/** Three tasks of a scope that goes on after failures. */
async function withThree(
  body: (tasks: Task<string>[], parts: ReturnType<typeof settleable>[], within: Scope) => Promise<void>,
): Promise<void> {
  const within = openScope({ onError: () => {} });
  const parts = ['a', 'b', 'c'].map((name) => settleable(within, name));
  try {
    await body(
      parts.map(({ task }) => task),
      parts,
      within,
    );
  } finally {
    for (const part of parts) part.done();
    await within.close();
  }
}

const namesOf = (tasks: readonly Task<unknown>[]): string[] => tasks.map(({ name }) => name);

describe('wait', () => {
  test('until all have settled, however they have', () =>
    withThree(async (tasks, [a, b, c]) => {
      const waiting = wait(tasks);
      c?.done();
      b?.fail();
      let isOver = false;
      void waiting.then(() => (isOver = true));
      await wait([tasks[1] as Task<string>, tasks[2] as Task<string>]);
      expect(isOver).toBe(false);
      a?.done();
      const { done, pending } = await waiting;
      expect([namesOf(done), namesOf(pending)]).toEqual([['a', 'b', 'c'], []]);
      expect(done.map(({ state }) => state)).toEqual(['done', 'failed', 'done']);
    }));

  test('until the first is completed; those at the same moment count, and nothing is cancelled', () =>
    withThree(async (tasks, [a, b, c]) => {
      const waiting = wait(tasks, { until: 'first-completed' });
      c?.fail();
      a?.done();
      const { done, pending } = await waiting;
      expect([namesOf(done), namesOf(pending)]).toEqual([['a', 'c'], ['b']]);
      expect(tasks[1]?.state).toBe('running');
      b?.done();
      expect(namesOf((await wait(pending)).done)).toEqual(['b']);
    }));

  test('until the first has failed; a cancelled one has not', () =>
    withThree(async (tasks, [a, b, c]) => {
      const waiting = wait(tasks, { until: 'first-failed' });
      a?.done();
      tasks[1]?.cancel();
      b?.done();
      let isOver = false;
      void waiting.then(() => (isOver = true));
      await wait(tasks.slice(0, 2));
      expect(isOver).toBe(false);
      c?.fail();
      expect(namesOf((await waiting).done)).toEqual(['a', 'b', 'c']);
      expect(namesOf((await wait(tasks, { until: 'first-failed' })).done)).toHaveLength(3);
    }));

  test('until the first has failed, if none fails until all have settled', () =>
    withThree(async (tasks, parts) => {
      const waiting = wait(tasks, { until: 'first-failed' });
      for (const part of parts) part.done();
      expect((await waiting).pending).toEqual([]);
    }));

  test('no longer than its time, which leaves no timer; 0 only looks', () =>
    withThree(async (tasks, [a, b, c]) => {
      const clock = new FakeClock();
      const waiting = wait(tasks, { timeoutMs: 500, clock });
      a?.done();
      await tasks[0];
      expect(clock.nextMs).toBe(500);
      clock.advance(499);
      clock.advance(1);
      expect(namesOf((await waiting).done)).toEqual(['a']);
      const again = wait(tasks, { timeoutMs: 500, clock });
      b?.done();
      c?.done();
      expect((await again).pending).toEqual([]);
      expect(clock.pending).toBe(0);
      expect(namesOf((await wait(tasks, { timeoutMs: 0, clock })).done)).toHaveLength(3);
      expect(clock.pending).toBe(0);
    }));

  test('a time of 0 does not wait', () =>
    withThree(async (tasks) => {
      expect(await wait(tasks, { timeoutMs: 0, clock: new FakeClock() })).toEqual({ done: [], pending: tasks });
    }));

  test('a signal ends the waiting, not the tasks, and no listener is left', () =>
    withThree(async (tasks, [a]) => {
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = wait(tasks, { signal });
      const first = wait(tasks, { signal, until: 'first-completed' });
      a?.done();
      expect(namesOf((await first).done)).toEqual(['a']);
      const quiet = new AbortController();
      expect(namesOf((await wait([tasks[0] as Task<string>], { signal: quiet.signal })).done)).toEqual(['a']);
      const other = wait(tasks, { signal: quiet.signal, until: 'first-failed', timeoutMs: 1 });
      expect(namesOf((await other).done)).toEqual(['a']);
      expect(getEventListeners(quiet.signal, 'abort')).toEqual([]);
      controller.abort('enough');
      await expect(waiting).rejects.toBe('enough');
      await expect(wait(tasks, { signal })).rejects.toBe('enough');
      expect(tasks[1]?.state).toBe('running');
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }));

  test('of no tasks is over; one that is given twice counts once', () =>
    withThree(async ([a], [part]) => {
      expect(await wait([])).toEqual({ done: [], pending: [] });
      expect(await wait([], { until: 'first-completed' })).toEqual({ done: [], pending: [] });
      const waiting = wait([a, a] as Task<string>[]);
      part?.done();
      expect(namesOf((await waiting).done)).toEqual(['a']);
    }));

  test('refuses options that cannot be used', async () => {
    await expect(wait([], { timeoutMs: Number.NaN })).rejects.toThrow(UsageError);
    const promise = Promise.resolve() as unknown as Task<unknown>;
    await expect(wait([promise])).rejects.toThrow(/Expected number 1 of the tasks to be a task/);
    await expect(wait([], { until: 'some' as 'all' })).rejects.toThrow(/Expected `until` to be/);
  });

  test('that has ended is told nothing any more', () =>
    withThree(async (tasks, [a]) => {
      const clock = new FakeClock();
      const [task] = tasks as [Task<string>];
      for (let n = 0; n < 50; n++) {
        const waiting = wait(tasks, { until: 'first-failed', timeoutMs: 1, clock });
        clock.advance(1);
        await waiting;
      }
      let looks = 0;
      const look = (): unknown => {
        looks++;
        return Reflect.get(Object.getPrototypeOf(task) as object, 'state', task);
      };
      Object.defineProperty(task, 'state', { get: look });
      a?.done();
      await task;
      expect(looks).toBeLessThan(10); // its scope may look, and not each of the fifty
    }));

  test('again and again for the first of many costs no more each time', async () => {
    const within = openScope();
    const count = 400;
    let callbacks = 0;
    const parts = Array.from({ length: count }, (_, n) => settleable(within, String(n)));
    for (const { task } of parts) {
      const onDone = task.onDone.bind(task);
      task.onDone = (callback) => {
        callbacks++;
        onDone(callback);
      };
    }
    let left = parts.map(({ task }) => task);
    for (const part of parts) {
      part.done();
      left = (await wait(left, { until: 'first-completed' })).pending;
    }
    await within.close();
    expect(left).toEqual([]);
    expect(callbacks).toBeLessThanOrEqual(count); // and not count² / 2
  });
});
