import { expect, test } from 'vitest';
import { errorCodes } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { evidenceOf } from './outage-evidence.ts';

const many = 100;

function failed(code: ErrorCode, changes: Partial<AttemptEnd> = {}): AttemptEnd {
  return sampleAttemptEnd({ outcome: 'transient', status: null, code, ...changes });
}

function answered(status: number, headers: readonly string[] = []): AttemptEnd {
  const outcome = status === 429 || status === 503 ? 'congestion' : status >= 500 ? 'transient' : 'permanent';
  return sampleAttemptEnd({ outcome, status, headers });
}

test.each([200, 204, 301, 400, 401, 404, 422])('an answer with %i is a sign of life', (status) => {
  expect(evidenceOf(answered(status), many)).toBe('alive');
  expect(evidenceOf(sampleAttemptEnd({ status }), many)).toBe('alive');
});

test('what counts as a success is one, whatever its status', () => {
  expect(evidenceOf(sampleAttemptEnd({ outcome: 'success', status: 503 }), many)).toBe('alive');
});

test('every code is weighed', () => {
  const expected: Partial<Record<ErrorCode, string>> = {
    connect_refused: 'strong',
    connect_failed: 'strong',
    connect_timeout: 'strong',
    dns_failed: 'medium',
    proxy_failed: 'medium',
    connection_reset: 'medium',
    connection_closed: 'medium',
    body_cut: 'medium',
    timeout: 'medium',
  };
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    expect([code, evidenceOf(failed(code), many)]).toEqual([code, expected[code] ?? 'nothing']);
  }
});

test('an error that is permanent is about the record', () => {
  expect(evidenceOf(failed('tls_failed', { outcome: 'permanent' }), many)).toBe('nothing');
  expect(evidenceOf(failed('body_too_large', { outcome: 'permanent' }), many)).toBe('nothing');
});

test.each([
  [502, 'medium'],
  [503, 'medium'],
  [504, 'medium'],
  [500, 'weak'],
  [507, 'weak'],
  [429, 'weak'],
])('%i is %s evidence', (status, evidence) => {
  expect(evidenceOf(answered(status), many)).toBe(evidence);
});

test('a server that says when to come again is not down', () => {
  expect(evidenceOf(answered(503, ['server', 'x', 'retry-after', '5']), many)).toBe('nothing');
  expect(evidenceOf(answered(429, ['retry-after-ms', '5']), many)).toBe('nothing');
  expect(evidenceOf(answered(429, ['x-ratelimit-remaining', '0']), many)).toBe('nothing');
  expect(evidenceOf(answered(429, ['anthropic-ratelimit-tokens-remaining', '0']), many)).toBe('nothing');
  expect(evidenceOf(answered(429, ['x-rate-limit-reset', '7']), many)).toBe('nothing');
});

test('a quota that a gateway writes on everything does not explain a 503', () => {
  expect(evidenceOf(answered(503, ['x-ratelimit-remaining', '4999']), many)).toBe('medium');
  // A value is not a name.
  expect(evidenceOf(answered(429, ['x-note', 'retry-after']), many)).toBe('weak');
});

test('slow failures weigh more, while few are in flight', () => {
  expect(evidenceOf(failed('timeout', { ms: 30_000 }), 4)).toBe('strong');
  expect(evidenceOf(failed('timeout', { ms: 30_000 }), 5)).toBe('medium');
  expect(evidenceOf(failed('timeout', { ms: 249 }), 1)).toBe('medium');
  expect(evidenceOf({ ...answered(500), ms: 30_000 }, 1)).toBe('weak');
});
