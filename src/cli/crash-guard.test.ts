import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { untilCrash } from './crash-guard.ts';

function start() {
  const done = Promise.withResolvers<string>();
  const killed = Promise.withResolvers<void>();
  const source = new EventEmitter();
  const clock = new FakeClock();
  const end = untilCrash({ kill: killed.resolve, done: done.promise }, clock, source);
  return { done, killed, source, clock, end };
}

test('a run that ends gives its outcome, and nothing is left behind', async () => {
  const { done, source, end } = start();
  done.resolve('fine');
  expect(await end).toBe('fine');
  expect(source.eventNames()).toEqual([]);
});

test('what nobody caught kills the run, lets it write, and is thrown', async () => {
  const { done, killed, source, clock, end } = start();
  source.emit('uncaughtException', new Error('oops'));
  await killed.promise;
  done.resolve('killed');
  await expect(end).rejects.toThrow('oops');
  expect([source.eventNames(), clock.pending]).toEqual([[], 0]);
});

test('a run that does not end any more is not waited for', async () => {
  const { killed, source, clock, end } = start();
  source.emit('unhandledRejection', new Error('oops'));
  await killed.promise;
  clock.advance(3000);
  await expect(end).rejects.toThrow('oops');
});

test('a run that fails is ended as well', async () => {
  const { done, end } = start();
  done.reject(new Error('broken'));
  await expect(end).rejects.toThrow('broken');
});
