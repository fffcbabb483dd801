import { expect, test } from 'vitest';
import { parseRate } from './parse-rate.ts';

test.each([
  ['10/s', 10, 1000, 'requests'],
  ['600/m', 600, 60_000, 'requests'],
  ['5000 / h', 5000, 3_600_000, 'requests'],
  ['0.5/s', 1, 2000, 'requests'],
  ['2.5/s', 5, 2000, 'requests'],
  ['33.333/m', 33_333, 60_000_000, 'requests'],
  ['10.0/s:requests', 10, 1000, 'requests'],
  ['90000/m:cost', 90_000, 60_000, 'cost'],
  ['2.5/s:cost', 2.5, 1000, 'cost'],
] as const)('the rate %s', (text, count, perMs, unit) => {
  const rate = parseRate(text, '`--rate`');
  expect(rate).toEqual({ count, perMs, unit, text });
  expect(Object.isFrozen(rate)).toBe(true);
});

test.each([
  ['10', 'got "10"', 'write 10/s, 10/m or 10/h'],
  ['0/s', 'got "0/s"', null],
  ['10/d', 'got "10/d"', null],
  ['-1/s', 'got "-1/s"', null],
  ['10/s:tokens', 'got "10/s:tokens"', 'the unit of a rate is cost: 10/s:cost'],
  ['90000:cost', 'got "90000:cost"', null],
  ['', 'got nothing', null],
])('no rate: %j', (text, got, hint) => {
  expect(() => parseRate(text, '`--rate`')).toThrow(
    expect.objectContaining({
      code: 'bad_option',
      message: `Expected \`--rate\` to be a rate such as 10/s, 600/m or 5000/h, ${got}`,
      hint,
    }),
  );
});
