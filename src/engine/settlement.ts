// Turns the end of a record's way into its result. Pure.

import type { ErrorCode, ManyfetchError, RecordError } from '../errors.ts';
import type { Answer, FailedResult, OkResult, Result, UnknownResult } from '../http/result.ts';
import type { Job } from './job.ts';
import { maskHeaders, maskSecrets } from './mask-secrets.ts';

/** A moment, on both clocks. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

function baseOf(job: Job, at: Moment) {
  const { index, id, request, plannedMs } = job.start;
  return {
    index,
    id,
    attempts: job.attempts,
    ms: job.lastAttemptMs,
    waitMs: Math.max(0, at.monotonicMs - plannedMs - job.activeMs),
    atMs: at.wallMs,
    method: request.method,
    url: request.shownUrl,
    finalUrl: job.request === request ? null : maskSecrets(request, job.request.shownUrl),
  };
}

/** What most records come to: in one piece, since putting an object into another takes as long as all the rest. */
export function okResult(job: Job, answer: Answer, at: Moment): OkResult {
  const { index, id, request, plannedMs } = job.start;
  return {
    index,
    id,
    attempts: job.attempts,
    ms: job.lastAttemptMs,
    waitMs: Math.max(0, at.monotonicMs - plannedMs - job.activeMs),
    atMs: at.wallMs,
    method: request.method,
    url: request.shownUrl,
    finalUrl: job.request === request ? null : maskSecrets(request, job.request.shownUrl),
    result: 'ok',
    answer: shown(job, answer),
    skipped: false,
  };
}

export function failedResult(
  job: Job,
  answer: Answer | null,
  code: ErrorCode,
  message: string,
  at: Moment,
): FailedResult {
  const error = { code, message: maskSecrets(job.start.request, message) };
  return { ...baseOf(job, at), result: 'failed', answer: answer === null ? null : shown(job, answer), error };
}

/** `attempts`: those that an earlier process made count too. */
export function unknownResult(job: Job, message: string, at: Moment, attempts = job.attempts): UnknownResult {
  const error = { code: 'response_lost', message: maskSecrets(job.start.request, message) } as const;
  return { ...baseOf(job, at), attempts, result: 'unknown', answer: null, error };
}

/** What went wrong, and what the user can do about it. */
export function withHint({ message, hint }: ManyfetchError): string {
  return hint === null ? message : `${message}. ${hint}`;
}

function shown(job: Job, answer: Answer): Answer {
  const headers = maskHeaders(job.start.request, answer.headers);
  return headers === answer.headers ? answer : { ...answer, headers };
}

/** The result of a record of which nothing was sent: it cannot be, or the map module left it out. */
export function unsentResult(index: number, id: string | null, error: RecordError | null, atMs: number): Result {
  const base = {
    index,
    id,
    attempts: 0,
    ms: null,
    waitMs: 0,
    atMs,
    method: null,
    url: null,
    finalUrl: null,
    answer: null,
  };
  if (error === null) return { ...base, result: 'ok', skipped: true };
  return { ...base, result: 'failed', error: { code: error.code, message: withHint(error) } };
}
