import { expect, test } from 'vitest';
import { unreadableErrors } from '../testing/unreadable-errors.ts';
import { gather, gatherOutcomes } from './gather.ts';
import { mapOrdered } from './map-ordered.ts';
import { mapUnordered } from './map-unordered.ts';
import { any, race } from './race.ts';
import { scope } from './scope.ts';
import type { Scope, TaskContext } from './scope.ts';
import { sleep } from './sleep.ts';
import type { Task } from './task.ts';
import { timeout } from './timeout.ts';

/** What leaving threw; in a box, since a promise looks at what it is resolved with. */
async function thrownBy(leaving: Promise<unknown>): Promise<{ readonly error: unknown }> {
  return await leaving.then(
    () => ({ error: 'nothing' }),
    (error: unknown) => ({ error }),
  );
}

test('errors that nobody can read end a scope like any other', async () => {
  for (const error of unreadableErrors()) {
    const fails = (): never => {
      throw error;
    };
    // Not `toBe`, which would have to print them.
    expect((await thrownBy(scope(fails))).error === error).toBe(true);
    expect((await thrownBy(scope((s) => void s.spawn(fails)))).error === error).toBe(true);
    const late = await thrownBy(
      scope((s) => {
        s.spawn((context) => sleep(60_000, context).catch(fails));
        s.spawn(() => JSON.parse('{'));
      }),
    );
    expect((late.error as AggregateError).errors[1] === error).toBe(true);
  }
});

test('a task that its body awaits fails once, also with what is no object', async () => {
  for (const error of ['boom', 0, undefined, Number.NaN]) {
    const work = (): Promise<never> => Promise.reject(error);
    expect((await thrownBy(scope((s) => s.spawn(work)))).error).toBe(error);
    expect((await thrownBy(scope((s) => s.spawn(work), { onError: 'collect' }))).error).toBe(error);
    expect((await thrownBy(timeout(60_000, work))).error).toBe(error);
    const other = scope(async (s) => {
      await s.spawn(work).outcome();
      throw new Error('another');
    });
    expect((await thrownBy(other)).error).toMatchObject({ errors: [error, new Error('another')] });
  }
});

const stop = async (context: TaskContext): Promise<number> => {
  context.scope.cancel('enough');
  await sleep(60_000, context);
  return 1;
};

test('work that cancels the scope which others made for it ends them with its reason, never as if all were done', async () => {
  const never = new Promise<number>(() => undefined);
  for (const leaving of [
    gather([() => 1, stop]),
    gather([stop, never]),
    race([stop]),
    any([() => Promise.reject(new Error('x')), stop]),
    timeout(60_000, stop),
    mapOrdered([1, 2], (n, context) => (context.index === 0 ? n : stop(context)), { limit: 1 }).toArray(),
    mapUnordered([1, 2], (n, context) => (context.index === 0 ? n : stop(context)), { limit: 2 }).toArray(),
  ])
    expect((await thrownBy(leaving)).error).toBe('enough');
  const cancelled = { state: 'cancelled', reason: 'enough' };
  expect(await gatherOutcomes({ stop, never })).toEqual({ stop: cancelled, never: cancelled });
});

/** A promise of a kind of its own, which tells twice what it has, and at once. */
function chatty(): Promise<string> {
  class Chatty extends Promise<string> {}
  const [method] = ['then', 'catch'] as const;
  Reflect.defineProperty(Chatty.prototype, method, {
    value(onDone: (value: string) => void, onFailed: (error: unknown) => void) {
      onDone('first');
      onDone('second');
      onFailed('third');
    },
  });
  return new Chatty(() => undefined);
}

test('a promise that settles more than once settles its task once', async () => {
  await scope(async (s) => {
    const settled: string[] = [];
    const task = s.spawn(chatty);
    task.onDone(({ state }) => settled.push(state));
    s.spawn(async () => Promise.resolve());
    await s.join();
    expect([settled, task.result, s.running, s.statistics().done]).toEqual([['done'], 'first', 0, 2]);
  });
});

const quick = async (): Promise<void> => Promise.resolve();

/** A scope with as many others in it, side by side or each in the one before. */
function openMany(outer: Scope, shape: 'wide' | 'deep'): readonly Scope[] {
  const all = [outer];
  while (all.length < 8000) all.push((shape === 'wide' ? outer : (all.at(-1) as Scope)).open());
  return all;
}

test.each(['wide', 'deep'] as const)(
  'many scopes in scopes, %s, need no stack, nor time for each pair',
  async (shape) => {
    const states: Record<string, number> = {};
    const count = ({ state }: Task<unknown>): void => void (states[state] = (states[state] ?? 0) + 1);
    // Left to the outer one, idle and at work; waited for; cancelled.
    await scope((s) => void openMany(s, shape));
    await scope((s) => openMany(s, shape).forEach((each) => each.spawn(quick).onDone(count)));
    await scope(async (s) => {
      openMany(s, shape).forEach((each) => each.spawn(quick).onDone(count));
      await s.join();
      expect(states).toEqual({ done: 16_000 });
    });
    await scope((s) => {
      openMany(s, shape).forEach((each) => each.spawn(quick).onDone(count));
      s.cancel();
    });
    expect(states).toEqual({ done: 16_000, cancelled: 8000 });
  },
);
