// What follows after an attempt: settle the record, or try again after a wait. Pure; policy only.
// Invariant: with `at-most-once`, a POST or PATCH of which a byte may have left is never sent again.

import type { Random } from '../concurrency/random.ts';
import { familyOf } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { isIdempotent } from '../http/request.ts';
import { backoffDelayMs } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import type { Statuses } from './classify.ts';

/** What a run allows. */
export interface RetryPolicy extends Backoff {
  /** Attempts after the first. */
  readonly retries: number;
  readonly retryOn: { readonly statuses: Statuses; readonly network: boolean; readonly timeout: boolean };
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** Name of the header that makes a POST or PATCH safe to repeat; null if none is sent. */
  readonly idempotencyHeader: string | null;
  /** The longest wait that a server may ask for. */
  readonly maxWaitMs: number;
  /** The longest time that a record may wait for an origin that is down. */
  readonly maxOutageMs: number;
  readonly random: Random;
}

/** How an attempt that was no success ended. */
export interface AttemptFailure {
  readonly method: string;
  /** Attempts made so far that count, this one included if it does. */
  readonly attempts: number;
  /** Status of the answer; null if there is none. */
  readonly status: number | null;
  /** Why there is no usable answer; null if there is one. */
  readonly code: ErrorCode | null;
  /** A byte of the request may have left. */
  readonly sent: boolean;
  /** What the server asked for; null if nothing. */
  readonly retryAfterMs: number | null;
}

/** What to do about it. */
export type Decision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'failed'; readonly reason: 'final' | 'wait_too_long' }
  | { readonly kind: 'unknown' };

const final: Decision = { kind: 'failed', reason: 'final' };

/** Decides what follows after an attempt that was no success. */
export function decide(failure: AttemptFailure, policy: RetryPolicy): Decision {
  if (failure.sent && isOnce(failure.method, policy)) {
    const isLost = failure.code !== null && familyOf(failure.code) !== 'answer';
    return isLost ? { kind: 'unknown' } : final;
  }
  if (!isRetryable(failure, policy) || failure.attempts > policy.retries) return final;
  const askedMs = failure.retryAfterMs ?? 0;
  if (askedMs > policy.maxWaitMs) return { kind: 'failed', reason: 'wait_too_long' };
  return { kind: 'retry', delayMs: Math.max(askedMs, backoffDelayMs(failure.attempts, policy, policy.random)) };
}

/** Whether a request with this method must not be sent twice in this run. */
export function isOnce(method: string, policy: Pick<RetryPolicy, 'delivery'>): boolean {
  return policy.delivery === 'at-most-once' && !isIdempotent(method);
}

function isRetryable({ status, code }: AttemptFailure, { retryOn }: RetryPolicy): boolean {
  if (status !== null) return retryOn.statuses.has(status);
  if (code === null || code === 'tls_failed') return false;
  const family = familyOf(code);
  return (family === 'network' && retryOn.network) || (family === 'timeout' && retryOn.timeout);
}
