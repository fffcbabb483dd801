// What puts credentials on a request. Who uses it drops them where a redirect leads to another origin: none of
// those here looks at where a request goes, but for `digestAuth`, which answers each origin by its own challenge.
//
// Invariant: no error, and nothing that is printed, shows a credential.

import { UsageError } from '../../errors.ts';
import type { BodySource } from '../body-source.ts';

/** A request that is about to be sent. */
export interface AuthRequest {
  readonly method: string;
  /** Absolute, as it will be requested. */
  readonly url: string;
  /** As it will be sent. Null: it has none. */
  readonly body: Uint8Array | string | BodySource | null;
}

/** Gives the value of the `authorization` header of a request; null for none. */
export type Authorize = (request: AuthRequest) => string | null | Promise<string | null>;

/** Puts credentials on requests. One may serve many requests at once. */
export interface Auth {
  /** Asked before each sending: before the request waits for its place among those on their way, unless it is ready. */
  authorize(request: AuthRequest): string | null | Promise<string | null>;
  /**
   * True: `authorize` gives its answer at once, and is asked when the request has its place, so that what it gives does not grow old while
   * the request waits. False: it is waited for first, without a place. Absent: it is always asked first.
   */
  isReady?(): boolean;
  /**
   * Told of the head of each answer, whatever its status. True: send the request once more, it will have other credentials.
   *
   * @param headers name, value, name, value; names in lower case
   * @param url the one that answered
   * @param sent the `authorization` that the request had; what was already refused is not tried again
   */
  challenged?(status: number, headers: readonly string[], url: string, sent?: string | null): boolean;
}

/** @throws {UsageError} `bad_option` if it is neither; it is not shown */
export function toAuth(input: Auth | Authorize): Auth {
  if (typeof input === 'function') return { authorize: input };
  if (typeof input === 'object' && input !== null && typeof input.authorize === 'function') return input;
  // It may be a password.
  throw new UsageError(
    'bad_option',
    '`auth` is neither a function nor what basicAuth, bearerAuth or digestAuth gives',
    {
      hint: 'for example `auth: basicAuth(user, password)` or `auth: bearerAuth(token)`',
    },
  );
}
