// Forms without files, held to the platform's own reading and writing of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formBody } from './form-body.ts';

test.each([
  [{ a: 'b c&d=e', ü: '☃', n: 1, t: false, big: 10n }, 'a=b+c%26d%3De&%C3%BC=%E2%98%83&n=1&t=false&big=10'],
  [{ tag: ['x', 'y'], none: [], left: null, out: undefined }, 'tag=x&tag=y'],
  [new Map([['k', 'v']]), 'k=v'],
  [new URLSearchParams('a=1&a=2'), 'a=1&a=2'],
  [[['a', 1] as const, ['a', null] as const, ['', ''] as const], 'a=1&='],
  [{}, ''],
  [{ lone: '\ud800' }, 'lone=%EF%BF%BD'],
])('%o', (fields, body) => {
  expect(formBody(fields)).toEqual({ contentType: 'application/x-www-form-urlencoded', body });
});

test('what is written is read back', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 10 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      expect([...new URLSearchParams(formBody(pairs).body)]).toEqual(pairs);
    }),
  );
});

test.each([
  ['an object', { a: { secret: 1 } }],
  ['a date', { a: new Date() }],
  ['NaN', { a: Number.NaN }],
  ['a file', [['a', new File(['secret'], 'a.txt')]]],
  ['a text instead of fields', 'a=secret'],
  ['bytes', new Uint8Array(2)],
  ['nothing', null],
  ['pairs without a name', [[1, 2]]],
])('%s is refused at once', (_, fields) => {
  expect(() => formBody(fields as never)).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.not.stringContaining('secret') }),
  );
});
