// What whoever used a permit says of the attempt, in the words of its own HTTP client, and what that tells the
// governor. Nothing said is nothing learned: an attempt of which nothing is known counts as one that was given up.

import { ManyfetchError, TransportError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AttemptEnd } from '../../http/attempt-end.ts';
import { mapUndiciError } from '../../http/undici/map-undici-error.ts';
import type { Outcome } from '../../http/outcome.ts';
import { classifyError, classifyStatus } from '../../retry/classify.ts';

/** What is known of an attempt that has ended. Say what you know: all of it is optional. */
export interface AttemptReport {
  /** Status of the answer, if one came. */
  readonly status?: number | undefined;
  /** Its headers: a `Headers`, pairs, or an object. What they say of pauses and quotas is kept. */
  readonly headers?:
    | Iterable<readonly [string, string]>
    | Readonly<Record<string, string | readonly string[] | undefined>>
    | undefined;
  /** What was thrown, if no answer came: an error of `fetch`, of a socket, or any other. */
  readonly error?: unknown;
  /** The same as one of our codes. @default by `error` */
  readonly code?: ErrorCode | undefined;
  /** What it tells of the server. @default by `status`, `code` or `error` */
  readonly outcome?: Outcome | undefined;
  /** How long it took. @default the time since the permit was given */
  readonly ms?: number | undefined;
  /** Which attempt of its request it was, from 1. Failures of later ones tell less of the server. @default 1 */
  readonly attempt?: number | undefined;
  /** What it really cost, for rates that count costs. @default what was taken */
  readonly cost?: number | undefined;
}

/** Nothing was refused: what a client makes of a 304 or a redirect is its own affair. */
const success = { has: (status: number): boolean => status < 400 };

/** What Node and undici call errors of the network. What else a program throws says nothing of it. */
const networkCode =
  /^(?:(?:ECONN|EHOST|ENET|EAI_|UND_ERR_|HPE_|ERR_SSL_|ERR_TLS_|CERT_|DEPTH_|SELF_|UNABLE_)\w+|ENOTFOUND|ETIMEDOUT|EPIPE|EPROTO|EMFILE|ENFILE|ENOBUFS|EADDRNOTAVAIL)$/;

/** What a report comes to. `ms` is the time that the permit was held. */
export function attemptEndOf(report: AttemptReport, origin: string, ms: number): AttemptEnd {
  const { status = null } = report;
  const isSilent = status === null && report.error === undefined && report.outcome === undefined;
  const code = status !== null ? null : (report.code ?? (isSilent ? 'cancelled' : codeOf(report.error)));
  return {
    origin,
    outcome: report.outcome ?? outcomeOf(status, code),
    ms: report.ms ?? ms,
    status,
    code,
    headers: flatHeaders(report.headers),
    attempt: report.attempt ?? 1,
    reused: true,
  };
}

/**
 * What a function that had a permit gave back or threw tells by itself. An answer, of `fetch` or of another client, tells its
 * status and headers; any other value is a success.
 */
export function reportOf(threw: boolean, value: unknown): AttemptReport {
  if (threw) return { error: value };
  if (typeof value !== 'object' || value === null) return { outcome: 'success' };
  const status: unknown = Reflect.get(value, 'status') ?? Reflect.get(value, 'statusCode');
  const headers: unknown = Reflect.get(value, 'headers');
  if (typeof status !== 'number' || typeof headers !== 'object' || headers === null) return { outcome: 'success' };
  return { status, headers: headers as NonNullable<AttemptReport['headers']> };
}

/** An error of the network as one of ours, that says what the system called it; null: it is something else. */
export function transportErrorOf(error: unknown, authority: string): TransportError | null {
  if (error instanceof TransportError) return error;
  // `fetch` throws a TypeError, and has the reason as its cause.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const known = cause instanceof AggregateError ? cause.errors.some(hasNetworkCode) : hasNetworkCode(cause);
    if (known) {
      return mapUndiciError(cause, { authority, sent: true, answered: false, reused: false, headSeen: false });
    }
  }
  return null;
}

function hasNetworkCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && networkCode.test(error.code);
}

function codeOf(error: unknown): ErrorCode | null {
  if (error instanceof ManyfetchError) return error.code;
  if (error instanceof Error && error.name === 'AbortError') return 'cancelled';
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  return transportErrorOf(error, '')?.code ?? null;
}

function outcomeOf(status: number | null, code: ErrorCode | null): Outcome {
  if (status !== null) return classifyStatus(status, success);
  return code === null ? 'transient' : classifyError(code);
}

function flatHeaders(headers: AttemptReport['headers']): readonly string[] {
  if (headers === undefined) return [];
  const flat: string[] = [];
  const pairs = Symbol.iterator in headers ? headers : Object.entries(headers);
  for (const [name, value] of pairs) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) flat.push(name.toLowerCase(), one);
  }
  return flat;
}
