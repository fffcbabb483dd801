import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { any, race } from './race.ts';
import { sleep } from './sleep.ts';
import type { TaskContext } from './scope.ts';

/** Work that ends after a time, and notes when it has; cleaning up takes a turn. */
function timed(clock: FakeClock, ended: string[]) {
  return (ms: number, name: string, fails = false) =>
    async ({ signal }: TaskContext): Promise<string> => {
      try {
        await sleep(ms, { signal, clock });
        if (fails) throw new Error(name);
        return name;
      } finally {
        await Promise.resolve();
        ended.push(name);
      }
    };
}

/** What a promise is rejected with; null if it is not. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Work that cannot be cancelled without a failure. */
const stubborn = ({ signal }: TaskContext): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('cannot clean up')));
  });

async function advance(clock: FakeClock, ms: number): Promise<void> {
  for (let n = 0; n < ms; n++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    clock.advance(1);
  }
}

describe('race', () => {
  test('gives the first, cancels the others and waits for them', async () => {
    const clock = new FakeClock();
    const ended: string[] = [];
    const after = timed(clock, ended);
    const winner = race([after(9, 'slow'), after(3, 'quick'), after(5, 'late')]).then((name) => [name, ended.length]);
    await advance(clock, 4);
    expect(await winner).toEqual(['quick', 3]);
    expect(clock.pending).toBe(0);
  });

  test('throws what the first one threw', async () => {
    const clock = new FakeClock();
    const ended: string[] = [];
    const after = timed(clock, ended);
    const failed = failureOf(race([after(9, 'slow'), after(3, 'bad', true)]));
    await advance(clock, 4);
    expect(await failed).toEqual(new Error('bad'));
    expect(ended).toEqual(['bad', 'slow']);
  });

  test('what the others throw when they are cancelled is not told', async () => {
    expect(await race([stubborn, () => 'quick'])).toBe('quick');
    expect(await any([stubborn, () => 'quick'])).toBe('quick');
  });

  test.each([race, any])('%o: a signal cancels all, and its reason is thrown', async (compose) => {
    const clock = new FakeClock();
    const ended: string[] = [];
    const after = timed(clock, ended);
    const controller = new AbortController();
    const racing = compose([after(9, 'a'), after(9, 'b')], { signal: controller.signal });
    const failed = failureOf(racing);
    await advance(clock, 2);
    controller.abort('enough');
    expect(await failed).toBe('enough');
    expect(ended).toEqual(['a', 'b']);
    expect([clock.pending, getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
    await expect(compose([() => 1], { signal: controller.signal })).rejects.toBe('enough');
  });

  test.each([race, any])('%o: of nothing is refused', async (compose) => {
    await expect(compose([])).rejects.toThrow(UsageError);
  });
});

describe('any', () => {
  test('gives the first that is done, whatever failed before', async () => {
    const clock = new FakeClock();
    const ended: string[] = [];
    const after = timed(clock, ended);
    const winner = any([after(9, 'slow'), after(1, 'bad', true), after(3, 'quick')]);
    await advance(clock, 4);
    expect(await winner).toBe('quick');
    expect(ended).toEqual(['bad', 'quick', 'slow']);
  });

  test('throws all errors if all failed, in the order in which they did', async () => {
    const clock = new FakeClock();
    const after = timed(clock, []);
    const failed = any([after(3, 'x', true), after(1, 'y', true)]);
    const caught = failureOf(failed);
    await advance(clock, 4);
    const error = await caught;
    expect(error).toBeInstanceOf(AggregateError);
    const { errors, cause } = error as AggregateError;
    expect(errors.map(({ message }: Error) => message)).toEqual(['y', 'x']);
    expect(cause).toBe(errors[0]);
  });
});
