// The last step that all planners share: method, URL, headers and body become what is sent, and errors
// of a record become a `bad` outcome. Anything else that is thrown is a bug and goes on.

import { RecordError } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Body } from './body-plan.ts';
import type { HeaderPlan } from './header-plan.ts';
import type { TargetUrl } from './parse-url.ts';
import { withSecrets } from './placed-secrets.ts';
import type { Planned } from './planner.ts';
import type { RecordScope } from './record-scope.ts';

/** What a planner found out about one record. */
export interface RequestParts {
  readonly id: string | null;
  readonly target: TargetUrl;
  /** Checked; null takes the default: POST with a body, else GET. */
  readonly method: string | null;
  /** The record's own headers. */
  readonly headers: readonly string[];
  readonly body: Body;
  readonly timeoutMs: number | null;
  readonly cost: number | null;
}

/** @throws {RecordError} `missing_field`, `bad_header` */
export function planRequest(
  parts: RequestParts,
  scope: RecordScope,
  headers: HeaderPlan,
  secrets: readonly string[],
): Planned {
  const { id, target, body, timeoutMs, cost } = parts;
  const method = parts.method ?? (body.content === null ? 'GET' : 'POST');
  const request: HttpRequest = {
    method,
    origin: target.origin,
    path: target.path,
    headers: headers.section(scope, parts.headers, body.type, target.userInfo),
    ownHeaders: headers.key(scope.index, parts.headers, method),
    body: body.content,
    shownUrl: target.shown,
  };
  return { kind: 'request', id, request: withSecrets(request, secrets), timeoutMs, cost };
}

/** The outcome of a record that cannot become a request. */
export function planBad(error: unknown, id: string | null): Planned {
  if (error instanceof RecordError) return { kind: 'bad', id, error };
  if (error instanceof RangeError) return { kind: 'bad', id, error: tooMuch(error) };
  throw error;
}

/** A RangeError is V8's word for a value that is nested too deeply, or a text that became too long. */
function tooMuch(cause: RangeError): RecordError {
  return new RecordError('bad_record', `no request can be made of so large or deep a record: ${cause.message}`, {
    hint: 'Make the record smaller, or place less of it in the request.',
    cause,
  });
}
