import { expect, test } from 'vitest';
import { defaultBackoff } from './backoff.ts';
import { classifyError, classifyStatus } from './classify.ts';
import { decide } from './decide.ts';
import type { AttemptFailure, RetryPolicy } from './decide.ts';
import { parseHttpDate, retryAfterMs } from '../http/retry-after.ts';

const success = { has: (status: number) => status >= 200 && status < 300 };
const policy: RetryPolicy = {
  retries: 3,
  retryOn: { statuses: { has: (s) => s === 408 || s === 425 || s === 429 || s >= 500 }, network: true, timeout: true },
  ...defaultBackoff,
  delivery: 'at-least-once',
  idempotencyHeader: 'Idempotency-Key',
  maxWaitMs: 60_000,
  maxOutageMs: 3_600_000,
  random: () => 0.5,
};
const failure: AttemptFailure = {
  method: 'POST',
  attempts: 1,
  status: 503,
  code: null,
  sent: true,
  retryAfterMs: null,
};

test.each([
  [200, 'success'],
  [204, 'success'],
  [301, 'permanent'],
  [404, 'permanent'],
  [408, 'transient'],
  [425, 'transient'],
  [429, 'congestion'],
  [500, 'transient'],
  [503, 'congestion'],
] as const)('status %i is %s', (status, outcome) => {
  expect(classifyStatus(status, success)).toBe(outcome);
});

test.each([
  ['timeout', 'congestion'],
  ['connect_timeout', 'congestion'],
  ['connection_reset', 'transient'],
  ['dns_failed', 'transient'],
  ['tls_failed', 'permanent'],
  ['body_too_large', 'permanent'],
] as const)('%s is %s', (code, outcome) => {
  expect(classifyError(code)).toBe(outcome);
});

test.each([
  ['a retryable status is tried again', {}, { kind: 'retry', delayMs: 250 }],
  ['so many attempts and no more', { attempts: 4 }, { kind: 'failed', reason: 'final' }],
  ['a status that is not listed is final', { status: 404 }, { kind: 'failed', reason: 'final' }],
  ['never earlier than the server said', { retryAfterMs: 7000 }, { kind: 'retry', delayMs: 7000 }],
  ['a longer backoff wins over a shorter Retry-After', { retryAfterMs: 1 }, { kind: 'retry', delayMs: 250 }],
  ['an absurd wait is refused', { retryAfterMs: 60_001 }, { kind: 'failed', reason: 'wait_too_long' }],
  ['a lost answer is sent again', { status: null, code: 'connection_reset' }, { kind: 'retry', delayMs: 250 }],
  ['a certificate does not get better', { status: null, code: 'tls_failed' }, { kind: 'failed', reason: 'final' }],
] as const)('at least once: %s', (_name, change, decision) => {
  expect(decide({ ...failure, ...change }, policy)).toEqual(decision);
});

test.each([
  ['a POST without an answer is unknown', { status: null, code: 'timeout' }, { kind: 'unknown' }],
  [
    'a POST whose answer was too large did get one',
    { status: null, code: 'body_too_large' },
    { kind: 'failed', reason: 'final' },
  ],
  ['a POST that was refused is not sent again', { status: 503 }, { kind: 'failed', reason: 'final' }],
  [
    'a POST that never left is tried again',
    { status: null, code: 'connect_refused', sent: false },
    { kind: 'retry', delayMs: 250 },
  ],
  ['a PUT is tried again', { method: 'PUT', status: null, code: 'timeout' }, { kind: 'retry', delayMs: 250 }],
] as const)('at most once: %s', (_name, change, decision) => {
  expect(decide({ ...failure, ...change }, { ...policy, delivery: 'at-most-once' })).toEqual(decision);
});

test('what is not in --retry-on is final', () => {
  const never = { ...policy, retryOn: { statuses: { has: () => false }, network: false, timeout: false } };
  for (const change of [{}, { status: null, code: 'timeout' }, { status: null, code: 'connection_reset' }] as const) {
    expect(decide({ ...failure, ...change }, never)).toEqual({ kind: 'failed', reason: 'final' });
  }
});

const now = Date.UTC(2026, 10, 21, 10, 0, 0);
test.each([
  ['120', 120_000],
  ['0', 0],
  [' 5 ', 5000],
  ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
  ['Saturday, 21-Nov-26 10:00:30 GMT', 30_000],
  ['Sat Nov 21 10:00:30 2026', 30_000],
  ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
  ['1.5', 1500],
  ['0.0004', 1],
  ['30.0', 30_000],
  ['1.', null],
  ['.5', null],
  ['1.5.5', null],
  ['1e3', null],
  ['9'.repeat(400), null],
  ['-1', null],
  ['soon', null],
  ['', null],
  ['21 Nov 2026', null],
] as const)('Retry-After: %s', (value, expected) => {
  expect(retryAfterMs(['content-type', 'x', 'retry-after', value], now)).toBe(expected);
});

test("a date is held against the server's clock if that makes the wait longer", () => {
  const headers = ['date', 'Sat, 21 Nov 2026 09:59:00 GMT', 'retry-after', 'Sat, 21 Nov 2026 10:00:30 GMT'];
  expect(retryAfterMs(headers, now)).toBe(90_000);
  // Local time that calls itself GMT.
  expect(retryAfterMs(['date', 'Sat, 21 Nov 2026 05:00:00 GMT', ...headers.slice(2)], now)).toBe(30_000);
  expect(retryAfterMs([], now)).toBeNull();
  expect(parseHttpDate('Sun Nov  6 08:49:37 1994')).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
});
