import { setTimeout as platformSleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CancelledError, TransportError } from '../../errors.ts';
import { unreadableErrors } from '../../testing/unreadable-errors.ts';
import { isConsequence } from './cancellation.ts';

const reason = new CancelledError('stop');

async function thrownByPlatform(work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  return await work(AbortSignal.abort(reason)).catch((error: unknown) => error);
}

test('the reason, what the platform makes of it, and what consists of it, are consequences', async () => {
  const cut = new TransportError('cancelled', 'stopped', { sent: true, answered: false, reused: false });
  const consequences = [
    reason,
    await thrownByPlatform((signal) => fetch('http://127.0.0.1:9', { signal })),
    await thrownByPlatform((signal) => platformSleep(1000, null, { signal })),
    new DOMException('stopped', 'AbortError'),
    new Error('wrapped', { cause: reason }),
    new AggregateError([reason, cut]),
    cut,
  ];
  for (const error of consequences) expect(isConsequence(error, reason)).toBe(true);
  expect(isConsequence('enough', 'enough')).toBe(true);
});

test('all else counts, also beside a consequence', () => {
  const others = [
    new Error('stop'),
    new AggregateError([]),
    new AggregateError([reason, new Error('x')]),
    'stop',
    undefined,
    ...unreadableErrors(),
  ];
  for (const error of others) expect(isConsequence(error, reason)).toBe(false);
  expect(isConsequence(new Error('no cause'), undefined)).toBe(false);
});
