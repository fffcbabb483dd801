// The vocabulary of a request that is ready to be sent. It is plain data: who builds one has
// checked it, who sends one does not look at it again.

import type { ByteString } from './byte-string.ts';

/** A request as it goes to a transport. */
export interface HttpRequest {
  /** Upper case, a valid token. */
  readonly method: string;
  /** Scheme, host and port, e.g. `https://api.example.com` or `http://127.0.0.1:8080`, as `URL.origin` gives it. */
  readonly origin: string;
  /** Path and query, percent-encoded, beginning with `/`. */
  readonly path: string;
  /** Flat list: name, value, name, value. Names as they are sent. `host` and `content-length` are the transport's. */
  readonly headers: readonly string[];
  /**
   * More headers, to be sent behind those: what differs from request to request, so that `headers` may be one list
   * for all of them, written once. Whoever reads headers reads `allHeaders`.
   */
  readonly ownHeaders?: readonly string[];
  readonly body: RequestBody;
  /** The URL as it may be shown and recorded: without user info, and with values of `{{$env.NAME}}` masked. */
  readonly shownUrl: string;
}

/** A text goes out in UTF-8. */
export type RequestBody = string | Uint8Array | ByteString | null;

/** How many bytes a body has; null: there is none. */
export function lengthOf(body: RequestBody): number | null {
  if (body === null) return null;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** The whole header section of a request: name, value, name, value. */
export function allHeaders({ headers, ownHeaders }: HttpRequest): readonly string[] {
  return ownHeaders === undefined || ownHeaders.length === 0 ? headers : [...headers, ...ownHeaders];
}

const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);

/** Whether sending a request with this method twice has the effect of sending it once (RFC 9110, 9.2.2). */
export function isIdempotent(method: string): boolean {
  return idempotentMethods.has(method);
}
