// What follows after the head of an answer, or an error: it is what the caller gets, or another exchange is needed, since
// credentials were asked for, it redirects, or another attempt is worth it. Pure: it changes nothing and sends nothing.

import type { ErrorCode, TransportError } from '../../errors.ts';
import { redirect } from '../../http/redirects.ts';
import type { HttpRequest } from '../../http/request.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import { decide } from '../../retry/decide.ts';
import type { AttemptFailure, RetryPolicy } from '../../retry/decide.ts';
import { systemRandom } from '../../concurrency/random.ts';
import type { CallSettings } from './call-settings.ts';

/** What follows. */
export type AnswerStep =
  | { readonly kind: 'final' }
  /** The same request once more, with other credentials. */
  | { readonly kind: 'again' }
  | { readonly kind: 'redirect'; readonly request: HttpRequest; readonly keepsBody: boolean }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** It cannot go on from here. */
  | { readonly kind: 'stuck'; readonly code: ErrorCode; readonly message: string; readonly hint?: string };

/** Where a call stands. */
export interface CallPosition {
  readonly settings: CallSettings;
  /** Its method is idempotent, or it has an idempotency key. */
  readonly safeTwice: boolean;
  /** Its body can be sent again. */
  readonly canResend: boolean;
  /** Attempts made, this one included. */
  readonly attempts: number;
  /** Redirects followed in this one. */
  readonly hops: number;
  /** The method that it began with. */
  readonly method: string;
}

export const final: AnswerStep = Object.freeze({ kind: 'final' });

/** What an answer leads to. @param refused credentials were asked for, and there are others */
export function stepAfter(
  request: HttpRequest,
  status: number,
  headers: readonly string[],
  refused: boolean,
  position: CallPosition,
  wallNowMs: number,
): AnswerStep {
  const { settings, canResend } = position;
  if (status < 300 && !settings.retryOn.statuses.has(status)) return final;
  if (refused) return canResend ? { kind: 'again' } : notAgain(status, 'asks for credentials');
  const onward = settings.redirects === 0 ? null : redirect(request, status, headers);
  if (onward?.kind === 'bad') return { kind: 'stuck', code: 'bad_redirect', message: onward.message };
  if (onward?.kind === 'follow') {
    if (position.hops >= settings.redirects) {
      const message = `more than ${settings.redirects} redirects; the last one led to ${onward.request.shownUrl}`;
      return { kind: 'stuck', code: 'too_many_redirects', message };
    }
    const keepsBody = onward.request.method === request.method && status !== 303;
    if (keepsBody && !canResend) return notAgain(status, `redirects to ${onward.request.shownUrl}`);
    return { kind: 'redirect', request: onward.request, keepsBody };
  }
  if (!settings.retryOn.statuses.has(status)) return final;
  const delayMs = delayBeforeRetry(
    { status, code: null, sent: true, retryAfterMs: retryAfterMs(headers, wallNowMs) },
    position,
  );
  return delayMs === null ? final : { kind: 'retry', delayMs };
}

/** How long to wait before another attempt, in milliseconds; null: there is none. */
export function delayBeforeRetry(
  failure: Omit<AttemptFailure, 'method' | 'attempts'>,
  { attempts, canResend, method, safeTwice, settings }: CallPosition,
): number | null {
  if (settings.retries === 0 || !canResend) return null;
  const policy: RetryPolicy = {
    retries: settings.retries,
    retryOn: settings.retryOn,
    backoffMs: settings.backoffMs,
    maxBackoffMs: settings.maxBackoffMs,
    delivery: safeTwice ? 'at-least-once' : 'at-most-once',
    idempotencyHeader: null,
    maxWaitMs: settings.maxWaitMs,
    maxOutageMs: 0,
    random: systemRandom,
  };
  const decision = decide({ ...failure, method, attempts }, policy);
  return decision.kind === 'retry' ? decision.delayMs : null;
}

/** Whether the server had just closed a connection that was kept: most likely it has not seen the request (RFC 9112, 9.3.1). */
export function metDeadConnection(error: TransportError, { canResend, safeTwice }: CallPosition): boolean {
  const { answered, code, reused } = error;
  const isDead = code === 'connection_reset' || code === 'connection_closed';
  return isDead && reused && !answered && safeTwice && canResend;
}

function notAgain(status: number, what: string): AnswerStep {
  const message = `the answer ${status} ${what}, and the body of the request is a stream that was read already`;
  return {
    kind: 'stuck',
    code: 'body_not_repeatable',
    message,
    hint: 'give `body` as a function that makes the stream, so that it can be sent again',
  };
}
