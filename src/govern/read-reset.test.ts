import { expect, test } from 'vitest';
import { readCount, readLimit } from './read-count.ts';
import { readHeaderTopic, topic } from './read-header-topic.ts';
import { readQuotaField } from './read-quota-field.ts';
import { readReset } from './read-reset.ts';

const [second, minute, hour] = [1000, 60_000, 3_600_000];

test.each([
  ['0', { kind: 'after', ms: 0 }],
  ['30', { kind: 'after', ms: 30 * second }],
  ['0.65', { kind: 'after', ms: 650 }],
  ['86400', { kind: 'after', ms: 24 * hour }],
  ['999999999', { kind: 'after', ms: 999_999_999_000 }],
  ['1000000000', { kind: 'at', ms: 1e12 }],
  ['1795255200.25', { kind: 'at', ms: 1_795_255_200_250 }],
  ['1795255200250', { kind: 'at', ms: 1_795_255_200_250 }],
  ['9007199254740991', { kind: 'at', ms: 9_007_199_254_740_991 }],
  ['9007199254740993', null],
  ['1s', { kind: 'after', ms: second }],
  ['17ms', { kind: 'after', ms: 17 }],
  ['6m0s', { kind: 'after', ms: 6 * minute }],
  ['1h0m2.5s', { kind: 'after', ms: hour + 2.5 * second }],
  ['1d1h', { kind: 'after', ms: 25 * hour }],
  ['250us', { kind: 'after', ms: 0.25 }],
  ['99999999999999d', null],
  ['1s ', null],
  ['s', null],
  ['1 s', null],
  ['1w', null],
  ['.5', null],
  ['5.', null],
  ['-5', null],
  ['+5', null],
  ['1e3', null],
  ['0x10', null],
  ['NaN', null],
  ['Infinity', null],
  ['', null],
  ['1'.repeat(65), null],
  ['2026-11-21T10:00:00Z', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10) }],
  ['2026-11-21t10:00:00.5z', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10, 0, 0, 500) }],
  ['2026-11-21 12:00:00+02:00', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10) }],
  ['2026-11-21T10:00:00', null],
  ['2026-02-31T10:61:00Z', null],
  ['Sat, 21 Nov 2026 10:00:00 GMT', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10) }],
  ['Saturday, 21-Nov-26 10:00:00 GMT', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10) }],
  ['Sat Nov 21 10:00:00 2026', { kind: 'at', ms: Date.UTC(2026, 10, 21, 10) }],
] as const)('a reset: %s', (text, expected) => {
  expect(readReset(text)).toEqual(expected);
});

test.each([
  ['0', 0],
  ['597.0', 597],
  ['0.9', 0],
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740993', -1],
  ['1'.repeat(400), -1],
  ['1.', -1],
  ['.1', -1],
  ['1.2.3', -1],
  ['-1', -1],
  ['1e3', -1],
  ['10, 10', -1],
  ['', -1],
])('a count: %s', (text, expected) => {
  expect(readCount(text)).toBe(expected);
});

test('a limit may be followed by policies', () => {
  expect(['100', '100, 100;w=60', '10;w=1', 'burst:100;rate:10', ''].map(readLimit)).toEqual([100, 100, 10, -1, -1]);
});

test.each([
  ['x-ratelimit-remaining', { group: 'x-ratelimit', role: 'remaining', unit: 'requests' }],
  ['x-rate-limit-reset', { group: 'x-ratelimit', role: 'reset', unit: 'requests' }],
  ['ratelimit-limit', { group: 'ratelimit', role: 'limit', unit: 'requests' }],
  ['x-ratelimit-reset-after', { group: 'x-ratelimit', role: 'reset-after', unit: 'requests' }],
  ['x-ratelimit-resource', { group: 'x-ratelimit', role: 'scope', unit: 'requests' }],
  ['x-ratelimit-limit-tokens', { group: 'x-ratelimit-tokens', role: 'limit', unit: 'cost' }],
  ['x-ratelimit-remaining-minute', { group: 'x-ratelimit-minute', role: 'remaining', unit: 'requests' }],
  ['x-ratelimit-remaining-audio-seconds', { group: 'x-ratelimit-audio-seconds', role: 'remaining', unit: 'other' }],
  [
    'anthropic-ratelimit-input-tokens-reset',
    { group: 'anthropic-ratelimit-input-tokens', role: 'reset', unit: 'cost' },
  ],
  ['x-ratelimit-used', null],
  ['ratelimit-observed', null],
  ['x-request-id', null],
] as const)('a name: %s', (name, expected) => {
  expect(readQuotaField(name)).toEqual(expected);
  expect(readHeaderTopic(name) === topic.quota || expected === null).toBe(true);
});

const about = (names: string) => names.split(' ').map(readHeaderTopic);

test('a glance at a name tells what it is about', () => {
  expect(about('retry-after retry-after-ms x-ms-retry-after-ms')).toEqual([2, 2, 2]);
  expect(about('ratelimit ratelimit-policy anthropic-ratelimit-requests-reset')).toEqual([1, 1, 1]);
  expect(about('date age')).toEqual([topic.date, topic.age]);
  expect(
    about('x-request-id x-rate-y-zzzzzzzz x-ms-version-of-a-thing accept-ranges authority retry-later dada'),
  ).toEqual(Array.from({ length: 7 }, () => topic.nothing));
  expect(readHeaderTopic('')).toBe(topic.nothing);
});
