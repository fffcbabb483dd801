import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { isThrownElsewhere } from './report-error.ts';

function thrownAt(...frames: readonly string[]): Error {
  return Object.assign(new Error('no'), { stack: `Error: no\n${frames.map((frame) => `    at ${frame}`).join('\n')}` });
}

const ours = new URL('../engine/engine.ts:3:4', import.meta.url).href;

test.each([
  ['one of ours', new UsageError('bad_option', 'no'), false],
  ['made here', new Error('no'), false],
  [
    'from our files',
    thrownAt('process.tick (node:internal/x:1:2)', `f (${ours})`, 'g (file:///home/a/hook.ts:1:2)'),
    false,
  ],
  ['from a hook that we called', thrownAt('hook (file:///home/a/hook.ts:1:2)', `f (${ours})`), true],
  ['from a path', thrownAt('Socket.<anonymous> (/home/a/node_modules/pg/client.js:10:2)'), true],
  ['from Node alone', thrownAt('Socket.on (node:net:1:2)'), true],
  ['no error', 'a text', true],
])('who threw it: %s', (_, error, elsewhere) => {
  expect(isThrownElsewhere(error)).toBe(elsewhere);
});
