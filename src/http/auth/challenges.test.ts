// What a server asks for is read as RFC 9110 writes it, and garbage does not hide what stands beside it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Challenge, parseChallenges, parseParameters } from './challenges.ts';

function shown(challenges: readonly Challenge[]): unknown[] {
  return challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test('several challenges in one field, with commas in quoted strings', () => {
  const field = 'Newauth realm="apps, all", type=1, title="Login to \\"apps\\"", Basic realm="simple"';
  expect(shown(parseChallenges([field]))).toEqual([
    ['newauth', { realm: 'apps, all', type: '1', title: 'Login to "apps"' }],
    ['basic', { realm: 'simple' }],
  ]);
});

test('several fields; schemes without parameters, and with an opaque text', () => {
  const fields = ['Negotiate', 'Negotiate YIIJvwYGKwYBBQUCoIIJszCC=, NTLM, Digest nonce=abc', 'BASIC realm = "x"'];
  expect(shown(parseChallenges(fields))).toEqual([
    ['negotiate', {}],
    ['negotiate', {}],
    ['ntlm', {}],
    ['digest', { nonce: 'abc' }],
    ['basic', { realm: 'x' }],
  ]);
});

test.each([
  ['empty elements of the list', ', ,Digest realm="a",, nonce="n",', [['digest', { realm: 'a', nonce: 'n' }]]],
  ['garbage up to the next comma', '@@@ , Digest realm="a"', [['digest', { realm: 'a' }]]],
  ['a quoted string without end', 'Digest realm="a, nonce', [['digest', { realm: 'a, nonce' }]]],
  ['parameters that belong to nothing', 'realm="a", Basic realm="b"', [['basic', { realm: 'b' }]]],
  ['the first of two of one name', 'Digest realm="a", REALM="b"', [['digest', { realm: 'a' }]]],
  ['nothing', '', []],
])('%s', (_, field, expected) => {
  expect(shown(parseChallenges([field]))).toEqual(expected);
});

test('what was written is read back', () => {
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);
  const text = fc.string({ unit: fc.constantFrom('a', ' ', ',', '=', '"', '\\', 'é', '\t'), maxLength: 12 });
  const pairs = fc.uniqueArray(fc.tuple(word, text), { selector: ([name]) => name.toLowerCase(), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(word, pairs), { maxLength: 4 }), (challenges) => {
      const field = challenges
        .map(
          ([scheme, list]) =>
            `${scheme} ${list.map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`).join(', ')}`,
        )
        .join(', ');
      expect(shown(parseChallenges([field]))).toEqual(
        challenges.map(([scheme, list]) => [
          scheme.toLowerCase(),
          Object.fromEntries(list.map(([name, value]) => [name.toLowerCase(), value])),
        ]),
      );
    }),
  );
});

test('no text makes it throw or hang', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'a B = " , \\ / @ é \t \n \0'.split(' '), ' '), maxLength: 60 });
  fc.assert(fc.property(soup, (field) => parseChallenges([field]).every(({ scheme }) => scheme !== '')));
  expect(parseChallenges([`Digest ${'a'.repeat(60_000)}`]).length).toBeLessThan(3);
  expect(parseChallenges(['='.repeat(60_000)])).toEqual([]);
});

test('a list of parameters alone', () => {
  expect(Object.fromEntries(parseParameters('qop=auth, nextnonce="n, 2", nc=00000001'))).toEqual({
    qop: 'auth',
    nextnonce: 'n, 2',
    nc: '00000001',
  });
});
