import { describe, expect, test } from 'vitest';
import { formatAmount, formatCount, formatDuration, formatRate, formatShare } from './format-numbers.ts';

describe('numbers', () => {
  test.each([
    [0, '0 ms'],
    [0.004, '0 ms'],
    [0.3449, '0.34 ms'],
    [0.994, '0.99 ms'],
    [0.996, '1 ms'],
    [1.24, '1.2 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [340, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1200, '1.2 s'],
    [9949, '9.9 s'],
    [9951, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_499, '59 m 59 s'],
    [3_599_500, '1 h 00 m'],
    [11_220_000, '3 h 07 m'],
    [86_399_000, '1 d 00 h'],
    [183_600_000, '2 d 03 h'],
    [1e12, '11,574 d 02 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [0, '0/s'],
    [0.001, '0.1/m'],
    [0.5, '30/m'],
    [0.994, '59.6/m'],
    [1, '1/s'],
    [5.55, '5.5/s'],
    [9.96, '10/s'],
    [1234.4, '1,234/s'],
    [2_000_000, '2,000,000/s'],
  ])('%d a second is %s', (perSecond, text) => {
    expect(formatRate(perSecond)).toBe(text);
  });

  test.each([
    [0, '0%'],
    [0.0009, '<0.1%'],
    [0.001, '0.1%'],
    [0.0031, '0.3%'],
    [0.09999, '9.9%'],
    [0.1, '10%'],
    [0.9999999, '99%'],
    [1, '100%'],
    [1.5, '100%'],
  ])('a share of %d is %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  test('counts and amounts', () => {
    expect(formatCount(0)).toBe('0');
    expect(formatCount(12_345)).toBe('12,345');
    expect(formatCount(9e15)).toBe('9,000,000,000,000,000');
    expect(formatAmount(1, 'record')).toBe('1 record');
    expect(formatAmount(0, 'record')).toBe('0 records');
    expect(formatAmount(12_345, 'record')).toBe('12,345 records');
  });
});
