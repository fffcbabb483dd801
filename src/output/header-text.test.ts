// What is kept of earlier sections must never show in a later one.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderText } from './header-text.ts';

const first = ['server', 'n', 'date', 'monday', 'x-id', '1'];

test('a section that is like the one before is written as it is', () => {
  const texts = new HeaderText();
  expect(texts.format(first)).toBe('{"server":"n","date":"monday","x-id":"1"}');
  expect(texts.format([...first])).toBe('{"server":"n","date":"monday","x-id":"1"}');
  expect(texts.format(['server', 'n', 'date', 'tuesday', 'x-id', '1'])).toBe(
    '{"server":"n","date":"tuesday","x-id":"1"}',
  );
  expect(texts.format(first)).toBe('{"server":"n","date":"monday","x-id":"1"}');
});

test('the same list with another content is another section', () => {
  const texts = new HeaderText();
  const list = [...first];
  texts.format(list);
  list[5] = '2';
  expect(texts.format(list)).toBe('{"server":"n","date":"monday","x-id":"2"}');
  list[0] = 'via';
  expect(texts.format(list)).toBe('{"via":"n","date":"monday","x-id":"2"}');
});

test('other names, or another order, are another section, also when values before them changed', () => {
  const texts = new HeaderText();
  texts.format(first);
  expect(texts.format(['server', 'changed', 'date', 'monday', 'x-no', '1'])).toBe(
    '{"server":"changed","date":"monday","x-no":"1"}',
  );
  expect(texts.format(first)).toBe('{"server":"n","date":"monday","x-id":"1"}');
  expect(texts.format(['date', 'monday', 'server', 'n', 'x-id', '1'])).toBe(
    '{"date":"monday","server":"n","x-id":"1"}',
  );
});

test('repeated names are joined although a section as long was kept, and leave nothing behind', () => {
  const texts = new HeaderText();
  texts.format(first);
  expect(texts.format(['server', 'x', 'server', 'y', 'x-id', '1'])).toBe('{"server":"x, y","x-id":"1"}');
  expect(texts.format(['server', 'x', 'date', 'monday', 'x-id', '1'])).toBe(
    '{"server":"x","date":"monday","x-id":"1"}',
  );
  expect(texts.format(first)).toBe('{"server":"n","date":"monday","x-id":"1"}');
});

test('a single Set-Cookie is an array too, when it is new and when it is kept', () => {
  const texts = new HeaderText();
  for (const value of ['a=1', 'a=1', 'b="2", c']) {
    expect(texts.format(['set-cookie', value, 'x', 'y'])).toBe(`{"set-cookie":[${JSON.stringify(value)}],"x":"y"}`);
  }
});

test('any sequence of sections is written as though each were the first', () => {
  const name = fc.constantFrom('a', 'b', 'set-cookie', '__proto__');
  const value = fc.constantFrom('', 'v', 'w', 'ü "', 'v\n');
  const section = fc.array(fc.tuple(name, value), { maxLength: 4 }).map((pairs) => pairs.flat());
  fc.assert(
    fc.property(fc.array(section, { maxLength: 30 }), (sections) => {
      const texts = new HeaderText();
      for (const headers of sections) expect(texts.format(headers)).toBe(new HeaderText().format(headers));
    }),
    { numRuns: 300 },
  );
});
