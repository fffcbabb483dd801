import { expect, test } from 'vitest';
import { unreadableErrors } from '../testing/unreadable-errors.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';

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
