import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { CancelledError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { letHappen, runUntilSettled } from '../testing/run-until-settled.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';
import { openScope, scope } from './scope.ts';
import type { Scope, TaskContext } from './scope.ts';
import { shield } from './shield.ts';
import { sleep } from './sleep.ts';

let clock = new FakeClock();
beforeEach(() => {
  clock = new FakeClock();
});

/** Work that goes on until it is told to stop. */
const endless = ({ signal }: TaskContext): Promise<void> => sleep(Infinity, { signal, clock });

/** Runs a body to its end: what it returned, or what was thrown. */
async function endOf(body: (s: Scope) => unknown, options: ScopeOptions = {}): Promise<unknown> {
  const result = await runUntilSettled(clock, scope(body, { clock, ...options }));
  expect(clock.pending).toBe(0);
  return result.status === 'fulfilled' ? ['returned', result.value] : result.reason;
}

describe('cancel', () => {
  test('stops what runs and what waits, and lets the body return what it has', async () => {
    const states: string[] = [];
    const end = await endOf(
      async (s) => {
        for (let each = 0; each < 4; each++) s.spawn(endless).onDone(({ state }) => states.push(state));
        await letHappen();
        s.cancel();
        s.cancel('again');
        expect(states).toEqual(['cancelled', 'cancelled']);
        return 'the first answer';
      },
      { limit: 2 },
    );
    expect(end).toEqual(['returned', 'the first answer']);
    expect(states).toHaveLength(4);
  });

  test('a body that throws because of it throws the reason', async () => {
    const end = await endOf(async (s) => {
      expect(s.signal).toBe(s.signal);
      s.cancel();
      await sleep(9, { clock, signal: s.signal });
    });
    expect(end).toBeInstanceOf(CancelledError);
    expect(await endOf((s) => (s.cancel('enough'), sleep(9, { clock, signal: s.signal })))).toBe('enough');
  });

  test('a body that throws something else after it throws that', async () => {
    const x = new Error('x');
    const end = await endOf(async (s) => {
      s.spawn(endless);
      s.cancel();
      await letHappen();
      throw x;
    });
    expect(end).toBe(x);
  });

  test('what is spawned or opened afterwards is cancelled, until the scope has ended', async () => {
    const s = openScope({ clock });
    const open = s.open();
    const told: unknown[] = [];
    s.cancel('enough');
    const child = s.open();
    const born = [s, open, child].map((each) => each.spawn(() => expect.unreachable()));
    born[0]?.onDone(() => s.spawn(() => expect.unreachable()).onDone(({ error }) => told.push(error)));
    expect(born.map(({ state, error }) => [state, error])).toEqual(born.map(() => ['cancelled', 'enough']));
    expect([open.cancelled, child.cancelled, child.signal.reason, told]).toEqual([true, true, 'enough', ['enough']]);
    await expect(child.close()).rejects.toBe('enough');
    await s.close();
  });

  test('from onDone of a task that it cancels, and of one that has settled', async () => {
    const seen: string[] = [];
    const end = await endOf((s) => {
      s.spawn(() => 'quick').onDone(() => s.cancel());
      for (const name of ['a', 'b']) {
        s.spawn(endless, { name }).onDone((task) => {
          seen.push(`${task.name} ${task.state}`);
          s.cancel();
          task.cancel();
        });
      }
    });
    expect(end).toEqual(['returned', undefined]);
    expect(seen).toEqual(['a cancelled', 'b cancelled']);
  });

  test('by a task of its own, before others have begun', async () => {
    const end = await endOf((s) => {
      s.spawn((context) => context.scope.cancel('enough'));
      for (let each = 0; each < 3; each++) s.spawn(() => expect.unreachable());
      return s.statistics().queued;
    });
    expect(end).toEqual(['returned', 4]);
  });

  test('taking one of a million that wait costs no walk', () => {
    const s = openScope({ limit: 1 });
    const tasks = Array.from({ length: 200_000 }, () => s.spawn(() => expect.unreachable()));
    for (const task of tasks.toReversed()) task.cancel('enough');
    expect(s.statistics()).toMatchObject({ queued: 0, cancelled: 200_000 });
  });
});

describe('a signal', () => {
  test('cancels all, its reason is thrown, and its listener is gone', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const ending = endOf(
      (s) => {
        for (let each = 0; each < 20; each++) s.spawn(endless, { signal });
        expect(getEventListeners(signal, 'abort')).toHaveLength(1);
        clock.setTimer(5, () => controller.abort('enough'));
      },
      { signal },
    );
    expect(await ending).toBe('enough');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('that never aborts loses its listener at the end', async () => {
    const { signal } = new AbortController();
    expect(await endOf((s) => s.spawn(() => 1, { signal }), { signal })).toEqual(['returned', 1]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('of a task will do: what the task opens or spawns with its context is cancelled with it', async () => {
    const states: string[] = [];
    const end = await endOf(async (s) => {
      const task = s.spawn(async (context) => {
        context.scope
          .open(context)
          .spawn(endless)
          .onDone(({ state }) => states.push(state));
        context.scope.spawn(endless, context).onDone(({ state }) => states.push(state));
        await endless(context);
      });
      await sleep(1, { clock });
      task.cancel('enough');
      await sleep(1, { clock });
      expect(states).toEqual(['cancelled', 'cancelled']);
    });
    // Nobody has closed the child, so its reason is told.
    expect(end).toBe('enough');
  });

  test('of a task cancels a scope within it', async () => {
    const states: string[] = [];
    const end = await endOf(async (s) => {
      const outer = s.spawn(async (context) => {
        await scope((inner) => inner.spawn(endless).onDone(({ state }) => states.push(state)), context);
      });
      await sleep(1, { clock });
      s.cancel();
      states.push((await outer.outcome()).state);
    });
    expect(end).toEqual(['returned', undefined]);
    expect(states).toEqual(['cancelled', 'cancelled']);
  });

  test('that is aborted already lets nothing begin', async () => {
    const signal = AbortSignal.abort('enough');
    expect(await endOf(() => expect.unreachable(), { signal, deadlineMs: 5 })).toBe('enough');
    const s = openScope({ signal });
    expect(s.spawn(() => 1).state).toBe('cancelled');
    await expect(s.close()).rejects.toBe('enough');
  });
});

/** What the deadline says of a scope with tasks of these names; the one without a name is quick. */
async function late(names: readonly string[], limit: number): Promise<unknown> {
  const body = (s: Scope): void => {
    for (const name of names) s.spawn<unknown>(name === '' ? () => 1 : endless, { name });
    expect(s.tasks().map((task) => task.name)).toEqual(names);
  };
  const end = await endOf(body, { deadlineMs: 5, limit });
  return end instanceof Error && end.message;
}

describe('a deadline', () => {
  test('cancels all in it and is thrown, when all have ended', async () => {
    let endedMs = 0;
    const end = await endOf(
      (s) => {
        s.spawn((context) =>
          endless(context).catch(async () => {
            await sleep(30, { clock });
            endedMs = clock.now();
          }),
        );
        s.open({ deadlineMs: 500 }).spawn(endless);
      },
      { deadlineMs: 100 },
    );
    expect(end).toMatchObject({ code: 'deadline', name: 'TimeoutError', message: 'Not done within 100 ms' });
    expect(endedMs).toBe(130);
  });

  test('tells which tasks were late', async () => {
    expect(await late(['a'], 1)).toBe('Not done within 5 ms');
    expect(await late(['', 'a'], 9)).toBe('Not done within 5 ms: a at work');
    expect(await late(['a', 'b', 'c'], 2)).toBe('Not done within 5 ms: a, b at work, 1 waiting');
    expect(await late(['a', 'b', 'c', 'd', 'e'], 9)).toBe('Not done within 5 ms: a, b, c and 2 more at work');
  });

  test('of a child is the child’s: the parent goes on', async () => {
    const end = await endOf(async (s) => {
      const failure = await scope((inner) => inner.spawn(endless), { deadlineMs: 5, clock, signal: s.signal }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'deadline' });
      return s.cancelled;
    });
    expect(end).toEqual(['returned', false]);
  });

  test('that is not reached leaves no timer; one that has passed is over at once', async () => {
    expect(await endOf((s) => s.spawn(() => 1), { deadlineMs: 1000 })).toEqual(['returned', 1]);
    expect(await endOf((s) => s.spawn(endless), { deadlineMs: -1 })).toMatchObject({ code: 'deadline' });
    expect(clock.now()).toBe(0);
  });
});

describe('shielded work', () => {
  test('goes on while the scope is cancelled, and is waited for', async () => {
    const log: string[] = [];
    const end = await endOf(async (s) => {
      s.spawn(async (context) => {
        try {
          await endless(context);
        } finally {
          const given = await shield(context, async (inner) => {
            await sleep(20, { clock, signal: inner.signal });
            log.push(`given back at ${clock.now()}, ${inner.cancelled ? '' : 'not '}cancelled`);
            return 'given';
          });
          log.push(given);
        }
      });
      await sleep(5, { clock });
      s.cancel();
    });
    expect(end).toEqual(['returned', undefined]);
    expect(log).toEqual(['given back at 25, not cancelled', 'given']);
  });

  test('is not held up by the limit, nor left behind by a body that does not wait', async () => {
    let done = false;
    await endOf(
      (s) => {
        s.spawn(async () => {
          void s.shield(() => sleep(10, { clock }).then(() => (done = true)));
          await Promise.resolve();
        });
      },
      { limit: 1 },
    );
    expect(done).toBe(true);
  });

  test('has so much time, if it is told so', async () => {
    const s = openScope({ clock });
    s.cancel();
    const stuck = s.shield(endless, { timeoutMs: 50 });
    expect(await runUntilSettled(clock, stuck)).toMatchObject({ reason: { code: 'deadline' } });
    expect(
      await runUntilSettled(
        clock,
        s.shield(() => 'quick', { timeoutMs: 50 }),
      ),
    ).toMatchObject({ value: 'quick' });
    expect(clock.pending).toBe(0);
    await s.close();
  });

  test('tells what it throws to who asked for it, not to the scope', async () => {
    const x = new Error('x');
    const s = openScope({ clock });
    await expect(s.shield(() => Promise.reject(x))).rejects.toBe(x);
    await s.close();
  });
});
