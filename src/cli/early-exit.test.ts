import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { type ExitSource, onEarlyExit } from './early-exit.ts';

test('an end of the process gets the exit code of what happened; not when the command has ended', () => {
  const source: EventEmitter & ExitSource = new EventEmitter();
  source.exitCode = 0;
  const forget = onEarlyExit(() => 3, source);
  source.emit('exit');
  expect(source.exitCode).toBe(3);
  forget();
  expect(source.listenerCount('exit')).toBe(0);
});
