// What a recorder is told of one exchange: plain facts, made by whoever sends. Every exchange is told by itself,
// also those that were retried, redirected or failed.

import type { ErrorCode } from '../../errors.ts';
import type { HttpVersion } from '../../http/transport.ts';
import type { Timings } from '../response/timings.ts';

/** One request, and what came back or went wrong. */
export interface RecordedExchange {
  /** When it was sent: milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    /** name, value, name, value. */
    readonly headers: readonly string[];
    /** Null: there is none, or it was a stream. */
    readonly body: Uint8Array | string | null;
  };
  /** Null: none came. */
  readonly response: {
    readonly status: number;
    readonly statusText?: string;
    readonly httpVersion?: HttpVersion;
    /** name, value, name, value; names in lower case. */
    readonly headers: readonly string[];
    /** Content encodings undone. Null: it was a stream, and nobody kept it. */
    readonly body: Uint8Array | null;
    /** Bytes of the body as it was sent. Null: nobody counted. */
    readonly bodyBytes?: number | null;
  } | null;
  /** Why no whole answer came. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  readonly timings: Timings | null;
}
