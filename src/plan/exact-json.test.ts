import { expect, test } from 'vitest';
import { isExactNumber, mayLoseDigits, parseExactly } from './exact-json.ts';

test.each([
  '12345678901234567890',
  '-9007199254740993',
  '0.12345678901234567',
  '1e400',
  '1E-400',
  '9007199254740993.0',
])('%s is written as it was read', (source) => {
  expect(mayLoseDigits(`{"n":${source}}`)).toBe(true);
  expect(JSON.stringify(parseExactly(`{"n":[${source}]}`))).toBe(`{"n":[${source}]}`);
  expect(isExactNumber(parseExactly(source))).toBe(true);
});

test('numbers that fit stay numbers', () => {
  expect(mayLoseDigits('{"n":[1,-2.5,9007199254740]}')).toBe(false);
  expect(parseExactly('{"n":[1,-2.50,"12345678901234567890"]}')).toEqual({ n: [1, -2.5, '12345678901234567890'] });
});
