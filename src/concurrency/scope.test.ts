import { describe, expect, expectTypeOf, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { letHappen, runUntilSettled } from '../testing/run-until-settled.ts';
import type { ErrorPolicy, ScopeOptions } from './scopes/scope-options.ts';
import { openScope, scope } from './scope.ts';
import type { Scope, Work } from './scope.ts';
import { sleep } from './sleep.ts';

const clock = new FakeClock();

/** Work that takes so long, and then does this. */
function after<T>(ms: number, end: () => T): Work<T> {
  return ({ signal }) => sleep(ms, { signal, clock }).then(end);
}

function failing(ms: number, error: unknown): Work<never> {
  return after(ms, () => {
    throw error;
  });
}

async function failureOf(body: (s: Scope) => unknown, options: ScopeOptions = {}): Promise<unknown> {
  const result = await runUntilSettled(clock, scope(body, { clock, ...options }));
  return result.status === 'rejected' ? result.reason : 'nothing failed';
}

describe('leaving', () => {
  test('waits for all tasks, and for what they spawn, then returns what the body returned', async () => {
    const ended: string[] = [];
    const leaving = scope(
      (s) => {
        s.spawn(
          after(20, () => {
            ended.push('first');
            s.spawn(after(20, () => ended.push('spawned by first')));
          }),
        );
        s.spawn(after(10, () => ended.push('second')));
        return 'body' as const;
      },
      { clock },
    );
    expectTypeOf(leaving).toEqualTypeOf<Promise<'body'>>();
    expect(await runUntilSettled(clock, leaving)).toEqual({ status: 'fulfilled', value: 'body' });
    expect(ended).toEqual(['second', 'first', 'spawned by first']);
    expect(clock.pending).toBe(0);
  });

  test('`await using` waits too, and throws what failed', async () => {
    const x = new Error('x');
    let ended = false;
    async function block(): Promise<void> {
      await using s = openScope({ clock });
      s.spawn(after(10, () => (ended = true)));
      s.spawn(failing(10, x));
    }
    expect(await runUntilSettled(clock, block())).toEqual({ status: 'rejected', reason: x });
    expect(ended).toBe(true);
  });

  test('the first to close is told what failed, others only that it has ended', async () => {
    const s = openScope({ clock });
    s.spawn(() => Promise.reject(new Error('x')));
    const closing = [s.close(), s.close(), s[Symbol.asyncDispose]()];
    expect((await Promise.allSettled(closing)).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    await s.close();
  });

  test('what has ended takes no work', async () => {
    const s = openScope();
    await s.close();
    for (const use of [() => s.spawn(() => 1), () => s.open()]) {
      expect(use).toThrow(UsageError);
      expect(use).toThrow('a scope that has ended');
    }
    await expect(s.shield(() => 1)).rejects.toMatchObject({ code: 'task_state' });
    s.cancel();
    expect(s.cancelled).toBe(false);
  });

  test('join waits without ending, for children too', async () => {
    const s = openScope({ clock });
    const child = s.open();
    child.open().spawn(after(30, () => undefined));
    s.spawn(after(10, () => s.spawn(after(5, () => undefined))));
    const startMs = clock.now();
    await runUntilSettled(clock, s.join());
    expect(clock.now() - startMs).toBe(30);
    await s.join();
    expect(await s.spawn(() => 'still open')).toBe('still open');
    await s.close();
    expect(() => child.spawn(() => 1)).toThrow('ended');
  });
});

describe('a limit', () => {
  test('is not exceeded, and those who wait come in order', async () => {
    const begun: number[] = [];
    let most = 0;
    const s = openScope({ clock, limit: 3 });
    for (let each = 0; each < 10; each++) {
      s.spawn(async (context) => {
        begun.push(each);
        most = Math.max(most, s.running);
        await after(each % 3, () => undefined)(context);
      });
    }
    expect([s.running, s.queued]).toEqual([0, 10]);
    await letHappen();
    expect([s.running, s.queued]).toEqual([3, 7]);
    await runUntilSettled(clock, s.close());
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(3);
    expect(s.statistics()).toEqual({ limit: 3, running: 0, queued: 0, spawned: 10, done: 10, failed: 0, cancelled: 0 });
  });

  test('a task that waits for another one needs a child scope, with a limit of its own', async () => {
    const inner = scope((s) => s.spawn(async (outer) => await outer.scope.open().spawn(() => 'inner')), { limit: 1 });
    expect(await inner).toBe('inner');
  });

  test.each([0, -1, 1.5, Number.NaN, '3'])('cannot be %s', async (limit) => {
    await expect(scope(() => expect.unreachable(), { limit: limit as number })).rejects.toThrow(
      'Expected `limit` to be a whole number from 1 up',
    );
  });
});

describe('a failure', () => {
  const x = new Error('x');
  const y = new Error('y');

  test('cancels the others, waits for them, and is thrown as it is', async () => {
    let ended = 0;
    const startMs = clock.now();
    const failure = await failureOf((s) => {
      s.spawn(failing(10, x), { name: 'the bad one' });
      s.spawn(async ({ signal }) => {
        await sleep(1000, { signal, clock }).catch(() => undefined);
        expect(signal.reason).toMatchObject({ message: 'Cancelled, since the bad one failed: x', cause: x });
        await sleep(5, { clock });
        ended = clock.now() - startMs;
      });
    });
    expect(failure).toBe(x);
    expect(ended).toBe(15);
  });

  test('with more than one an AggregateError names each; what is only cancelled does not count', async () => {
    const failure = await failureOf((s) => {
      s.spawn(failing(10, x));
      s.spawn(after(99, () => undefined));
      s.spawn(({ signal }) => sleep(99, { signal, clock }).catch(() => Promise.reject(y)));
    });
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({ errors: [x, y], cause: x, message: '2 failures: task-1: x; task-3: y' });
  });

  test('collect: the others go on, and all that failed is thrown', async () => {
    let done = false;
    const collect = (s: Scope): void => {
      s.spawn(failing(5, x));
      s.spawn(failing(10, y));
      s.spawn(after(20, () => (done = true)));
    };
    expect(await failureOf(collect, { onError: 'collect' })).toMatchObject({ errors: [x, y] });
    expect(done).toBe(true);
  });

  test('a function is told, and what it throws counts', async () => {
    const told: unknown[] = [];
    const onError: ErrorPolicy = (error, task) => {
      told.push(error, task.name, task.state);
      if (error === y) throw error;
    };
    const body = (s: Scope): void => {
      s.spawn(failing(5, x));
      s.spawn(failing(10, y));
      s.spawn(after(20, () => expect.unreachable()));
    };
    expect(await failureOf(body, { onError })).toBe(y);
    expect(told).toEqual([x, 'task-1', 'failed', y, 'task-2', 'failed']);
  });

  test('of the body cancels all, by any policy, and is thrown', async () => {
    for (const onError of ['cancel', 'collect', () => expect.unreachable()] as const) {
      let reason: unknown;
      const failure = await failureOf(
        async (s) => {
          s.spawn(({ signal }) => sleep(99, { signal, clock })).onDone(({ error }) => (reason = error));
          await letHappen();
          throw x;
        },
        { onError },
      );
      expect(failure).toBe(x);
      expect(reason).toMatchObject({ code: 'cancelled', cause: x });
    }
  });

  test('that the body has awaited is told once', async () => {
    expect(await failureOf(async (s) => await s.spawn(failing(5, x)))).toBe(x);
    expect(await failureOf(async (s) => void (await s.spawn(failing(5, x)).outcome()))).toBe(x);
  });

  test('of a body that fails after a task did, is told beside it', async () => {
    const body = async (s: Scope): Promise<void> => {
      await s.spawn(failing(5, x)).outcome();
      throw y;
    };
    expect(await failureOf(body)).toMatchObject({
      errors: [x, y],
      message: '2 failures: task-1: x; the body of the scope: y',
    });
  });

  test('in onDone is one of the scope, also when it ends; after the end it is the caller’s', async () => {
    let kept: { onDone(callback: () => void): void } | null = null;
    const failure = await failureOf((s) => {
      const task = s.spawn(after(5, () => 'fine'));
      kept = task;
      task.onDone(() => {
        throw x;
      });
      task.onDone(() => {
        throw y;
      });
    });
    expect(failure).toMatchObject({ errors: [x, y] });
    expect(() =>
      kept?.onDone(() => {
        throw x;
      }),
    ).toThrow(x);
  });

  test('of a child that nobody closes is told by the parent, of one that somebody closes by it alone', async () => {
    const adopted = await failureOf(async (s) => {
      s.open({ onError: 'collect' }).spawn(failing(5, x));
      s.open().spawn(({ signal }) => sleep(99, { signal, clock }).catch(() => Promise.reject(y)), { name: 'other' });
      await sleep(0, { clock });
    });
    expect(adopted).toMatchObject({ errors: [x, y], message: '2 failures: task-1: x; other: y' });
    const nested = await failureOf(async (s) => {
      const inner = s.open().open();
      inner.spawn(failing(5, 'a text, which equals itself'));
      await inner.join();
    });
    expect(nested).toBe('a text, which equals itself');
    const told: unknown[] = [];
    const closed = await failureOf(async (s) => {
      const child = s.open();
      child.spawn(failing(5, x));
      await child.close().catch((error: unknown) => told.push(error));
    });
    expect([closed, told]).toEqual(['nothing failed', [x]]);
  });
});

test('options that cannot be used are refused before anything begins', async () => {
  for (const bad of [{ deadlineMs: Number.NaN }, { deadlineMs: '5' }, { onError: 'ignore' }, { onError: null }]) {
    await expect(scope(() => 'begun', bad as ScopeOptions)).rejects.toBeInstanceOf(UsageError);
  }
  const s = openScope();
  expect(() => s.spawn('work' as never)).toThrow('Expected `work` to be a function, got "work"');
  await expect(s.shield(() => 1, { timeoutMs: Number.NaN })).rejects.toThrow('`timeoutMs`');
  await s.close();
});

test('many at once, and as many one after another, need no stack', async () => {
  let begun = 0;
  const count = 200_000;
  await scope((s) => {
    const next = (): void => {
      if (++begun < count) s.spawn(next);
    };
    s.spawn(next);
  });
  expect(begun).toBe(count);
  await scope(
    (s) => {
      for (let each = 0; each < count; each++) s.spawn(() => begun++);
    },
    { limit: 1 },
  );
  expect(begun).toBe(2 * count);
});
