import { expect, test } from 'vitest';
import { any, race } from './race.ts';
import { asCompleted } from './as-completed.ts';
import { gather, gatherOutcomes } from './gather.ts';
import { scope } from './scope.ts';
import type { TaskContext } from './scope.ts';
import { sleep } from './sleep.ts';
import { timeout } from './timeout.ts';
import { wait } from './wait.ts';

const forEver = ({ signal }: TaskContext): Promise<void> => sleep(60_000, { signal });

test.each<[string, (context: TaskContext) => Promise<unknown>]>([
  ['gather', (context) => gather([forEver], context)],
  ['gatherOutcomes', (context) => gatherOutcomes([forEver], context)],
  ['race', (context) => race([forEver], context)],
  ['any', (context) => any([forEver], context)],
  ['timeout', (context) => timeout(60_000, forEver, context)],
  ['wait', (context) => wait([context.scope.spawn(forEver)], context)],
  ['asCompleted', (context) => asCompleted([context.scope.spawn(forEver)], context).next()],
])('%s takes the context of a task for its options, and is cancelled with it', async (_name, compose) => {
  await scope(async (within) => {
    const task = within.spawn(compose);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    expect(task.state).toBe('running');
    within.cancel('enough');
    expect(await task.outcome()).toEqual({ state: 'cancelled', reason: 'enough' });
  });
});
