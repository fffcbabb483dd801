// Cookies of one request beside those of the jar.

import { expect, test } from 'vitest';
import { cookieHeader } from './cookie-header.ts';

test.each([
  [null, {}, null],
  ['a=1; b=2', {}, 'a=1; b=2'],
  [null, { x: 'y', n: 1, t: true }, 'x=y; n=1; t=true'],
  ['a=1; b=2; nameless', { b: 'own' }, 'a=1; nameless; b=own'],
  ['a=1; b=2', { a: null, b: undefined }, 'b=2'],
  ['a=1', { a: null }, null],
])('%j and %j', (jar, own, header) => {
  expect(cookieHeader(jar, own)).toBe(header);
});

test.each([
  { a: 'hunter2; b=c' },
  { a: 'hunter2\n' },
  { 'a;': 'hunter2' },
  { '': 'hunter2' },
  { a: '…hunter2' },
  { a: {} as never },
])('%j is refused, its value unseen', (own) => {
  expect(() => cookieHeader(null, own)).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.not.stringContaining('hunter2') }),
  );
});
