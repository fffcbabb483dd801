import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { stopOnSignals } from './signals.ts';

function start() {
  const calls: string[] = [];
  const source = new EventEmitter();
  const clock = new FakeClock();
  const forget = stopOnSignals({ stop: () => calls.push('stop'), kill: () => calls.push('kill') }, clock, source);
  return { calls, source, clock, forget };
}

test('the first Ctrl-C stops in good order, the second one at once', () => {
  const { calls, source, clock } = start();
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['stop']);
  clock.advance(1000);
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['stop', 'kill']);
});

test('a Ctrl-C that npx passes on once more is still the first', () => {
  const { calls, source, clock } = start();
  source.emit('SIGINT', 'SIGINT');
  clock.advance(100);
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['stop']);
});

test('SIGTERM stops in good order however often it comes', () => {
  const { calls, source, clock } = start();
  source.emit('SIGTERM', 'SIGTERM');
  clock.advance(1000);
  source.emit('SIGTERM', 'SIGTERM');
  expect(calls).toEqual(['stop']);
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['stop', 'kill']);
});

test('handlers are taken away', () => {
  const { calls, source, forget } = start();
  forget();
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual([]);
  expect(source.eventNames()).toEqual([]);
});
