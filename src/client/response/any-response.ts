// What every answer of a client tells, be it here as a whole or still on its way. Public, no logic.

import type { HttpVersion } from '../../http/transport.ts';
import type { ResponseHeaders } from './response-headers.ts';
import type { Timings } from './timings.ts';

/** An answer. */
export interface AnyResponse {
  readonly status: number;
  /** The words that the server put behind the status, such as `Not Found`; '' where it gave none: HTTP/2 has none. Not for programs. */
  readonly statusText: string;
  /** What the answer came over. Over undici 1.0 is told as 1.1. */
  readonly httpVersion: HttpVersion;
  /** The status is from 200 to 299. */
  readonly ok: boolean;
  /** Of the request that was answered: a redirect may have changed it. */
  readonly method: string;
  /** Where the answer came from, after redirects; without user info. */
  readonly url: string;
  readonly headers: ResponseHeaders;
  /** The redirects that led here, oldest first. */
  readonly history: readonly AnyResponse[];
  /** Attempts made; redirects and challenges are not counted. */
  readonly attempts: number;
  /** Where the time went. */
  readonly timings: Timings;
  /** The body, content encodings undone. */
  bytes(): Promise<Uint8Array>;
  /** The body as text, by its byte order mark or charset, else as UTF-8; what is not valid becomes U+FFFD. */
  text(): Promise<string>;
  /** The body as JSON. Rejects with a SyntaxError if it is none. */
  json<T = unknown>(): Promise<T>;
  /** The answer itself, or from status 400 up a `ResponseError`. */
  raiseForStatus(): this;
}
