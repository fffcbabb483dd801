// What random records meet on their way, and what must come of each: a model of the promises, written
// without looking at how the engine keeps them.

import fc from 'fast-check';
import type { ErrorCode } from '../errors.ts';
import type { FakeAnswer } from './fake-transport.ts';

/** One thing that a server does. `stale`: it has closed the connection, if it was used before. */
export type Deed =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS: number | null; readonly ms: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly origin: number; readonly ms: number }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly ms: number }
  | { readonly kind: 'silent'; readonly phase: 'connect' | 'head' | 'body' }
  | { readonly kind: 'large' }
  | { readonly kind: 'stale' };

/** A record: where it goes, and what it meets there, sending by sending; the last one again and again. */
export interface ScriptedRecord {
  readonly origin: number;
  readonly method: 'GET' | 'POST';
  readonly isPlannedLater: boolean;
  readonly deeds: readonly Deed[];
}

/** What the model needs to know of a run. */
export interface ModelOptions {
  readonly retries: number;
  readonly redirects: number;
  readonly delivery: 'at-least-once' | 'at-most-once';
}

const ms = fc.nat({ max: 40 });
const unsent: readonly ErrorCode[] = ['dns_failed', 'connect_refused', 'tls_failed'];
const headless: readonly ErrorCode[] = ['protocol_error', 'headers_too_large'];

export const deedArbitrary: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(200, 201, 304, 404, 408, 429, 500, 503),
    retryAfterS: fc.option(fc.nat({ max: 3 })),
    ms,
  }),
  fc.record({
    kind: fc.constant('redirect' as const),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    origin: fc.nat({ max: 2 }),
    ms,
  }),
  fc.record({
    kind: fc.constant('error' as const),
    code: fc.constantFrom(...unsent, ...headless, 'body_cut' as const),
    ms,
  }),
  fc.record({ kind: fc.constant('silent' as const), phase: fc.constantFrom('connect', 'head', 'body') }),
  fc.constant<Deed>({ kind: 'large' }),
  fc.constant<Deed>({ kind: 'stale' }),
);

export const recordArbitrary: fc.Arbitrary<ScriptedRecord> = fc.record({
  origin: fc.nat({ max: 2 }),
  method: fc.constantFrom('GET', 'POST'),
  isPlannedLater: fc.boolean(),
  deeds: fc.array(deedArbitrary, { minLength: 1, maxLength: 6 }),
});

/** What a deed is to a transport. */
export function answerOf(deed: Deed, path: string): FakeAnswer {
  switch (deed.kind) {
    case 'status':
      return {
        status: deed.status,
        headMs: deed.ms,
        headers: deed.retryAfterS === null ? [] : ['retry-after', String(deed.retryAfterS)],
      };
    case 'redirect':
      return { status: deed.status, headMs: deed.ms, headers: ['location', `http://o${deed.origin}.test${path}`] };
    case 'error':
      if (deed.code === 'body_cut') return { headMs: deed.ms, body: ['x'], ends: 'body_cut' };
      return { connectMs: deed.ms, status: null, ends: deed.code };
    case 'silent':
      if (deed.phase === 'connect') return { connectMs: 1e9 };
      return deed.phase === 'head' ? { status: null, ends: 'never' } : { body: ['x'], ends: 'never' };
    case 'large':
      return { body: ['x'.repeat(2000)] };
    case 'stale':
    default:
      return { status: null, ends: 'connection_reset' };
  }
}

/** The story that must be told of a record, and how often it is sent, free repetitions not counted. */
export function expectedOf(record: ScriptedRecord, options: ModelOptions): { story: string; sendings: number } {
  const deeds = record.deeds.filter(({ kind }) => kind !== 'stale');
  const isOnce = record.method === 'POST' && options.delivery === 'at-most-once';
  let sendings = 0;
  for (let attempts = 1; ; attempts++) {
    let deed: Deed;
    let hops = 0;
    do
      deed = deeds[Math.min(sendings++, deeds.length - 1)] ?? { kind: 'status', status: 200, retryAfterS: null, ms: 0 };
    while (deed.kind === 'redirect' && hops++ < options.redirects);
    const { code, isLost, isSent, isRetryable } = meaningOf(deed);
    if (code === null) return { story: `ok ${deed.kind === 'status' ? deed.status : ''} x${attempts}`, sendings };
    if (isOnce && (isSent || hops > 0)) {
      return { story: isLost ? `unknown response_lost x${attempts}` : `failed ${code} x${attempts}`, sendings };
    }
    if (!isRetryable || attempts > options.retries) return { story: `failed ${code} x${attempts}`, sendings };
  }
}

interface Meaning {
  readonly code: ErrorCode | null;
  readonly isLost: boolean;
  readonly isSent: boolean;
  readonly isRetryable: boolean;
}

function meaningOf(deed: Deed): Meaning {
  switch (deed.kind) {
    case 'status':
      return {
        code: deed.status < 300 ? null : 'http_status',
        isLost: false,
        isSent: true,
        isRetryable: [408, 429, 500, 503].includes(deed.status),
      };
    case 'error':
      return {
        code: deed.code,
        isLost: true,
        isSent: !unsent.includes(deed.code),
        isRetryable: deed.code !== 'tls_failed',
      };
    case 'silent':
      return { code: 'timeout', isLost: true, isSent: deed.phase !== 'connect', isRetryable: true };
    case 'redirect':
      return { code: 'too_many_redirects', isLost: false, isSent: true, isRetryable: false };
    case 'large':
    case 'stale':
    default:
      return { code: 'body_too_large', isLost: false, isSent: true, isRetryable: false };
  }
}
