import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { gather, gatherOutcomes } from './gather.ts';
import { openScope, scope } from './scope.ts';
import type { TaskContext } from './scope.ts';
import { sleep } from './sleep.ts';

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/** Moves a clock until nothing waits for it any more. */
async function runOut(clock: FakeClock): Promise<void> {
  await settle();
  while (clock.pending > 0) {
    clock.advance(clock.nextMs - clock.now());
    await settle();
  }
}

/** What a promise is rejected with; null if it is not. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

const giveOne = (): number => 1;

const later = async (): Promise<string> => {
  await settle();
  return 'later';
};

const failing = (message: string) => (): never => {
  throw new Error(message);
};

const broken = (message: string): Promise<never> => Promise.reject(new Error(message));

describe('gather', () => {
  test('gives results in the order, or by the names, in which the works were given', async () => {
    const clock = new FakeClock();
    const after = (ms: number) => async () => sleep(ms, { clock }).then(() => ms);
    const list = gather([after(3), after(1), after(2)]);
    const named = gather({ three: after(3), one: after(1), two: () => 'at once' });
    await runOut(clock);
    expect(await list).toEqual([3, 1, 2]);
    expect(await named).toEqual({ three: 3, one: 1, two: 'at once' });
    expect(Object.keys(await named)).toEqual(['three', 'one', 'two']);
    expect(await gather([])).toEqual([]);
    expect(await gather({})).toEqual({});
  });

  test('has the types of what it was given', async () => {
    const list = await gather([giveOne, async () => 'a', Promise.resolve(true)]);
    expectTypeOf(list).toEqualTypeOf<[number, string, boolean]>();
    const same = await gather([1, 2].map((n) => async () => n));
    expectTypeOf(same).toEqualTypeOf<number[]>();
    const pulled = await gather(new Set([giveOne]));
    expectTypeOf(pulled).toEqualTypeOf<number[]>();
    const named = await gather({ n: () => 1, later: ({ name }: TaskContext) => name });
    expectTypeOf(named).toEqualTypeOf<{ n: number; later: string }>();
    expect([list, same, pulled, named]).toEqual([[1, 'a', true], [1, 2], [1], { n: 1, later: 'later' }]);
  });

  test('keeps order and limit, whatever takes how long', async () => {
    const times = fc.array(fc.nat(9), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 6 }), async (plan, limit) => {
        const clock = new FakeClock();
        let running = 0;
        let most = 0;
        const works = plan.map((ms, index) => async () => {
          most = Math.max(most, ++running);
          await sleep(ms, { clock });
          running--;
          return index;
        });
        const results = gather(works, { limit });
        await runOut(clock);
        expect(await results).toEqual(plan.map((_, index) => index));
        expect(most).toBe(Math.min(limit, plan.length));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('a failure cancels the rest, and is thrown when that has ended', async () => {
    const clock = new FakeClock();
    const ended: string[] = [];
    const careful = async ({ signal }: TaskContext): Promise<void> => {
      try {
        await sleep(1000, { signal, clock });
      } finally {
        await settle();
        ended.push('careful');
      }
    };
    const never = (): void => void ended.push('started');
    const error = gather([careful, failing('bad'), never], { limit: 2 }).catch((caught: unknown) => [
      caught,
      [...ended],
    ]);
    expect(await error).toEqual([new Error('bad'), ['careful']]);
    expect(clock.pending).toBe(0);
  });

  test('no second failure is lost', async () => {
    const late = async ({ signal }: TaskContext): Promise<void> => {
      await sleep(1000, { signal }).catch(failing('cannot clean up'));
    };
    const error: unknown = await gather([late, failing('first')]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AggregateError);
    const { errors, cause } = error as AggregateError;
    expect(errors.map(({ message }: Error) => message)).toEqual(['first', 'cannot clean up']);
    expect(cause).toBe(errors[0]);
  });

  test("with 'collect' the rest goes on, and all failures are thrown", async () => {
    const ended: string[] = [];
    const good = async (): Promise<void> => {
      await settle();
      ended.push('good');
    };
    const one = gather([failing('a'), good, Promise.resolve(1)], { onError: 'collect' });
    await expect(one).rejects.toThrow('a');
    expect(ended).toEqual(['good']);
    const two = gather([failing('a'), good, Promise.reject(new Error('b'))], { onError: 'collect' });
    expect(await two.catch((error: AggregateError) => error.errors)).toEqual([new Error('a'), new Error('b')]);
  });

  test("with 'collect' a promise that fails cancels nothing, and its failure stands beside the others", async () => {
    const ended: string[] = [];
    const good = async ({ cancelled, signal }: TaskContext): Promise<void> => {
      await settle();
      ended.push(`${cancelled || signal.aborted}`);
    };
    const one = gather([broken('p'), good], { onError: 'collect' });
    await expect(one).rejects.toThrow('p');
    expect(ended).toEqual(['false']);
    const late = async (): Promise<void> => settle().then(failing('f'));
    const three = gather({ late, p: broken('p'), q: broken('q'), good }, { onError: 'collect' });
    expect(await failureOf(three)).toMatchObject({
      errors: [new Error('p'), new Error('q'), new Error('f')],
      message: '3 failures: p: p; q: q; late: f',
    });
    const controller = new AbortController();
    const options = { onError: 'collect', signal: controller.signal } as const;
    const stopped = failureOf(gather([broken('p'), ({ signal }) => sleep(60_000, { signal })], options));
    await settle();
    controller.abort('enough');
    expect(await stopped).toMatchObject({ errors: [new Error('p'), 'enough'] });
  });

  test('tasks and promises of others are waited for, and left alone', async () => {
    const own = openScope({ onError: () => {} });
    const end: PromiseWithResolvers<string> = Promise.withResolvers();
    const task = own.spawn(() => end.promise);
    await expect(gather([task, failing('bad')])).rejects.toThrow('bad');
    expect(task.state).toBe('running');
    const both = gather([task, () => 'mine', Promise.resolve('yours')], { limit: 1 });
    end.resolve('theirs');
    expect(await both).toEqual(['theirs', 'mine', 'yours']);
    const late: PromiseWithResolvers<string> = Promise.withResolvers();
    const waiting = gather([late.promise, Promise.resolve('early'), () => 'mine']);
    await settle();
    late.resolve('late');
    expect(await waiting).toEqual(['late', 'early', 'mine']);
    const bad = own.spawn(failing('of a task'));
    await expect(gather([bad, ({ signal }: TaskContext) => sleep(60_000, { signal })])).rejects.toThrow('of a task');
    await own.close();
  });

  test('a signal cancels all, and its reason is thrown', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const { signal } = controller;
    const never = new Promise<void>(() => {});
    const works = [(context: TaskContext) => sleep(1000, { signal: context.signal, clock }), never] as const;
    const error = failureOf(gather(works, { signal }));
    await settle();
    controller.abort('enough');
    expect(await error).toBe('enough');
    await expect(gather([() => 1], { signal })).rejects.toBe('enough');
    expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
  });

  test('a promise that fails after all is over is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const late: PromiseWithResolvers<void> = Promise.withResolvers();
    await expect(gather([late.promise, failing('bad')])).rejects.toThrow('bad');
    late.reject(new Error('late'));
    const early = Promise.reject(new Error('early'));
    await expect(gather([early], { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('a deadline ends it', async () => {
    const clock = new FakeClock();
    const late = gather([({ signal }) => sleep(1000, { signal, clock })], { deadlineMs: 10, clock });
    const error = failureOf(late);
    await settle();
    clock.advance(10);
    expect(await error).toMatchObject({ code: 'deadline' });
    expect(clock.pending).toBe(0);
  });

  test('refuses what can be neither started nor waited for', async () => {
    const wrong = { a: () => 1, b: 5 } as unknown as { a: () => number };
    await expect(gather(wrong)).rejects.toThrow(UsageError);
    await expect(gather([giveOne], { onError: 'colect' as 'collect' })).rejects.toThrow('`onError`');
    await expect(gather('works' as unknown as [])).rejects.toThrow(UsageError);
    await expect(gather(wrong)).rejects.toThrow(/`b` of what is gathered/);
  });
});

describe('gatherOutcomes', () => {
  test('tells of each what became of it, and lets none cancel another', async () => {
    await scope(async (within) => {
      const cancelled = within.spawn(({ signal }) => sleep(1000, { signal }));
      cancelled.cancel('enough');
      const outcomes = await gatherOutcomes([failing('bad'), later, cancelled, Promise.reject(new Error('worse'))]);
      expect(outcomes).toEqual([
        { state: 'failed', error: new Error('bad') },
        { state: 'done', result: 'later' },
        { state: 'cancelled', reason: 'enough' },
        { state: 'failed', error: new Error('worse') },
      ]);
    });
    const named = await gatherOutcomes({ good: () => 1, bad: failing('bad') }, { limit: 1 });
    expect(named).toEqual({ good: { state: 'done', result: 1 }, bad: { state: 'failed', error: new Error('bad') } });
  });

  test('throws the reason of a signal', async () => {
    const controller = new AbortController();
    const outcomes = gatherOutcomes([({ signal }) => sleep(1000, { signal })], { signal: controller.signal });
    const error = failureOf(outcomes);
    await settle();
    controller.abort('enough');
    expect(await error).toBe('enough');
  });
});
