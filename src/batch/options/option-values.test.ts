import { describe, expect, test } from 'vitest';
import { parseByteSize } from './byte-size.ts';
import { parseDuration } from './duration.ts';
import { parseRetryOn, parseStatusSet } from './status-set.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text, 'x')).toBe(ms);
  });

  test.each(['', 's', '-1s', '1e3s', '5 m', '1d', '٣s', '5M', 'toString'])('%j is refused', (text) => {
    expect(() => parseDuration(text, '`--timeout`')).toThrow(/^Expected `--timeout` to be a duration such as/u);
  });

  test('a bare number is refused with both readings', () => {
    expect(() => parseDuration('30', '`--timeout`')).toThrow(
      expect.objectContaining({
        code: 'bad_option',
        message: 'Expected `--timeout` to be a duration such as 250ms, 30s, 5m or 2h, got "30"',
        hint: 'write 30s or 30ms',
      }),
    );
  });
});

describe('sizes', () => {
  test.each([
    ['1000', 1000],
    ['1000B', 1000],
    ['64MB', 64_000_000],
    ['16MiB', 16_777_216],
    ['1.5 kib', 1536],
    ['2GB', 2_000_000_000],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text, 'x')).toBe(bytes);
  });

  test.each(['', 'MB', '-1', '1e3', '16 M', '16none', '16toString'])('%j is refused', (text) => {
    expect(() => parseByteSize(text, '`--max`')).toThrow(
      `Expected \`--max\` to be a size such as 1000B, 64MB or 16MiB, got ${text === '' ? 'nothing' : JSON.stringify(text)}`,
    );
  });
});

describe('statuses', () => {
  const all = Array.from({ length: 700 }, (_, status) => status);

  test.each([
    ['204', [204]],
    ['404, 410', [404, 410]],
    ['400-402', [400, 401, 402]],
    ['200,200-201,', [200, 201]],
  ])('%s', (text, expected) => {
    const set = parseStatusSet(text);
    expect(all.filter((status) => set.has(status))).toEqual(expected);
  });

  test('a class is a hundred statuses', () => {
    const set = parseStatusSet('5XX');
    expect(all.filter((status) => set.has(status))).toEqual(all.slice(500, 600));
  });

  test.each(['', ',', '2', '20', '2000', '099', '600', '6xx', 'x', '402-400', '200-'])('%j is refused', (text) => {
    expect(() => parseStatusSet(text)).toThrow(/^Expected `statuses` to be a list of statuses/u);
  });

  test('network and timeout belong to what is tried again only', () => {
    expect(() => parseStatusSet('network')).toThrow('got "network"');
    expect(parseRetryOn('network')).toMatchObject({ network: true, timeout: false });
    expect(parseRetryOn('none')).toMatchObject({ network: false, timeout: false });
    expect(() => parseRetryOn('')).toThrow('got nothing');
  });
});
