// Reading a head beside the one before it must tell what reading it alone tells: whatever is changed in it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswerHead } from './answer-head.ts';
import type { AnswerHead } from './answer-head.ts';
import { readSimilarHead } from './similar-head.ts';
import { WireFault } from './wire-fault.ts';

const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
const usual = head('Server: s', 'Content-Length: 12', 'Connection: keep-alive', 'X-Id: abc', 'X-Id: abd');

/** What a head is read as, or the fault that it has. */
function outcome(read: () => AnswerHead | null): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireFault) return error.code;
    throw error;
  }
}

const both = (text: string, last: string): [unknown, unknown] => [
  outcome(() => readSimilarHead(text, readAnswerHead(last))),
  outcome(() => readAnswerHead(text)),
];

test.each([
  ['nothing', usual],
  ['a value', usual.replace('abd', 'another, longer one')],
  ['a value that becomes empty', usual.replace('X-Id: abc', 'X-Id:')],
  ['white space around a value', usual.replace('X-Id: abc', 'X-Id:\t  abc \t')],
  ['the length', usual.replace('12', '7')],
  ['the connection', usual.replace('keep-alive', 'close')],
])('a head in which %s differs is read by what differs', (_what, text) => {
  const [similar, alone] = both(text, usual);
  expect(similar).toEqual(alone);
});

test.each([
  ['the status', usual.replace('200', '503')],
  ['the version', usual.replace('1.1', '1.0')],
  ['a name', usual.replace('Server', 'Served')],
  ['the case of a name', usual.replace('Server', 'server')],
  ['the order', head('Content-Length: 12', 'Server: s', 'Connection: keep-alive', 'X-Id: abc', 'X-Id: abd')],
  ['a line more', usual.replace('\r\n\r\n', '\r\nX-More: 1\r\n\r\n')],
  ['a line less', usual.replace('X-Id: abd\r\n', '')],
  ['a fold', usual.replace('X-Id: abc', 'X-Id:\r\n abc')],
  ['a bare CR', usual.replace('abc', 'a\rbc')],
  ['a bare LF', usual.replace('abc', 'a\nbc')],
  ['a NUL', usual.replace('abc', 'a\0bc')],
  ['a space before the colon', usual.replace('X-Id: abc', 'X-Id : abc')],
])('a head that differs in %s is left to who reads all of it', (_what, text) => {
  expect(both(text, usual)[0]).toBeNull();
});

test('what a changed field makes ambiguous is the same fault', () => {
  for (const value of ['+7', '7, 7', '', '7 7', '99999999999999999999']) {
    const [similar, alone] = both(usual.replace('12', value), usual);
    expect([similar, typeof similar]).toEqual([alone, 'string']);
  }
});

test('whatever is changed, wherever: the same outcome, or none', () => {
  const piece = fc.constantFrom(
    '\r\n',
    '\r',
    '\n',
    ' ',
    '\t',
    ':',
    '\0',
    'a',
    '0',
    ',',
    'close',
    'chunked',
    '\xff',
    '',
  );
  const change = fc.record({ at: fc.nat(usual.length), cut: fc.nat(6), put: piece });
  let similars = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let text = usual;
      for (const { at, cut, put } of changes) text = text.slice(0, at) + put + text.slice(at + cut);
      const end = text.indexOf('\r\n\r\n');
      // What a parser gives to be read ends with the first empty line.
      text = end < 0 ? `${text}\r\n\r\n` : text.slice(0, end + 4);
      const [similar, alone] = both(text.slice(0, text.indexOf('\r\n\r\n') + 4), usual);
      if (similar === null) return;
      similars++;
      expect(similar).toEqual(alone);
    }),
    { numRuns: 6_000 },
  );
  expect(similars).toBeGreaterThan(200);
});
