// What a client can be told, for all its requests and for a single one. Public types, no logic; what they may hold
// is checked once in session/resolve-client-options.ts, and for a request in session/call-settings.ts.

import type { LookupFunction } from 'node:net';
import type { Clock } from '../concurrency/clock.ts';
import type { Auth, Authorize } from '../http/auth/auth.ts';
import type { CookiesInput } from '../http/cookies/cookie-header.ts';
import type { CookieJar } from '../http/cookies/cookie-jar.ts';
import type { FormFields } from '../http/forms/form-body.ts';
import type { FilePart } from '../http/forms/file-part.ts';
import type { MultipartParts } from '../http/forms/multipart-body.ts';
import type { StreamPart } from '../http/forms/stream-part.ts';
import type { Transport } from '../http/transport.ts';
import type { ClientHooks } from './client-hooks.ts';
import type { HarRecorder } from './har/har-recorder.ts';
import type { HeadersInput } from './request-input.ts';

/** Bytes, or text that is sent as UTF-8. */
export type BodyChunk = string | Uint8Array;

/**
 * The body of a request as it is. A stream is pulled only as fast as the connection takes it. One that can be read once
 * cannot be sent again: give a function that makes it, and redirects, retries and challenges work with it as well.
 *
 * `filePart(path)` sends a file; `streamPart(stream, { lengthBytes })` a stream of which it is known how long it is, for servers that want a
 * `content-length`. Both have a content type.
 */
export type BodyInput =
  | BodyChunk
  | Blob
  | FilePart
  | StreamPart
  | URLSearchParams
  | AsyncIterable<BodyChunk>
  | Iterable<BodyChunk>
  | (() => AsyncIterable<BodyChunk> | Iterable<BodyChunk>);

/** What can be said for all requests of a client, and otherwise for a single one. Times are milliseconds. `Infinity` is no limit, null too for times. */
export interface SharedRequestOptions {
  /**
   * Of a request they win over those of the client; null leaves one out. Those of a client with a `baseUrl` that have names of
   * credentials go to the origin of the `baseUrl` only.
   */
  readonly headers?: HeadersInput | undefined;
  /** Appended to the query of the URL. Otherwise as `headers`. */
  readonly params?: FormFields | undefined;
  /**
   * Makes the header `authorization`: `basicAuth`, `bearerAuth`, `digestAuth`, or a function. It goes to the origin of the URL that
   * was asked for, and nowhere else. That of a client with a `baseUrl` goes to the origin of the `baseUrl` only.
   */
  readonly auth?: Auth | Authorize | null | undefined;
  /**
   * One attempt, redirects included, from the moment it may be sent (waiting for the limits of the client is not counted) until
   * the answer is complete; of a stream until its head. @default 30000
   */
  readonly timeoutMs?: number | null | undefined;
  /** From the last byte of the request until the head of the answer. @default Infinity */
  readonly headersTimeoutMs?: number | null | undefined;
  /** Between two pieces of the body, while its reader is ready for more. @default 300000 */
  readonly bodyTimeoutMs?: number | null | undefined;
  /** Everything: limits, attempts, waits between them, and the body of a stream. @default Infinity */
  readonly totalTimeoutMs?: number | null | undefined;
  /** The longest wait for the limits of the client. @default Infinity */
  readonly queueTimeoutMs?: number | null | undefined;
  /** Followed at most; 0: an answer that redirects is an answer like others. @default 10 */
  readonly redirects?: number | undefined;
  /**
   * Attempts after the first. A POST or PATCH is sent again only with an idempotency key, or if it had not left. @default 0: a call
   * is one request, unless it says otherwise
   */
  readonly retries?: number | undefined;
  /** What is worth another attempt: statuses, `network`, `timeout`. @default '408,425,429,5xx,network,timeout' */
  readonly retryOn?: string | undefined;
  /**
   * The wait before another attempt: random, up to this after the first, up to twice as much after each further one. Never shorter than a server
   * asked for. @default 500, or `maxBackoffMs` if that is less
   */
  readonly backoffMs?: number | undefined;
  /** No such wait is longer, unless a server asked for it. @default 30000, or `backoffMs` if that is more */
  readonly maxBackoffMs?: number | undefined;
  /** When a server asks for a longer wait (`Retry-After`), its answer is the answer. @default 60000 */
  readonly maxWaitMs?: number | undefined;
  /** A larger answer, decoded, is an error. Of streams only what is read as a whole. @default 64 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Undo content encodings, and ask for them. @default true */
  readonly decompress?: boolean | undefined;
  /** An answer from 400 up is thrown as a `ResponseError`. @default false */
  readonly raiseForStatus?: boolean | undefined;
}

/** What can be said of one request. Give one of `json`, `form`, `multipart`, `body`, or none. */
export interface RequestOptions extends SharedRequestOptions {
  /** Any value that JSON can say. */
  readonly json?: unknown;
  /** Fields, sent as `application/x-www-form-urlencoded`. */
  readonly form?: FormFields | undefined;
  /** Parts, sent as `multipart/form-data`; files with `filePart`. */
  readonly multipart?: MultipartParts | undefined;
  readonly body?: BodyInput | undefined;
  /** Sent with this request besides those of the jar; false: neither send nor keep any. */
  readonly cookies?: CookiesInput | false | undefined;
  /** Ends the request, wherever it is, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** How a client works. Times are milliseconds, sizes are bytes; `Infinity` is no limit. */
export interface ClientOptions extends SharedRequestOptions {
  /**
   * What relative URLs are resolved against, as links of a page are: `https://api.example.com/v1/` and `orders`. Without the `/` at its end
   * `orders` would take the place of `v1`; `/orders` begins at the host.
   */
  readonly baseUrl?: string | URL | undefined;
  /** A jar of one's own, or false: cookies are neither sent nor kept. @default true: a jar for this client */
  readonly cookies?: CookieJar | boolean | undefined;
  /** @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Requests on their way at most. @default Infinity: what this machine can hold */
  readonly concurrency?: number | undefined;
  /** The same for each origin. @default Infinity */
  readonly perOrigin?: number | undefined;
  /** For each origin: `'10/s'`, `'600/m'`; several hold together. @default none */
  readonly rate?: string | readonly string[] | undefined;
  /**
   * Finds the addresses of hosts, as `node:dns.lookup` does, for a resolver of one's own: called with `all: true`, once for a host in 30 s. It is
   * not asked for what goes through a proxy of the environment. Docs: names.md. @default the system's resolver, and so /etc/hosts
   */
  readonly lookup?: LookupFunction | undefined;
  /** `http://`, `https://`, `socks5://`; `''` for none. @default HTTP_PROXY, HTTPS_PROXY, NO_PROXY */
  readonly proxy?: string | undefined;
  /**
   * A Unix socket, as `/var/run/docker.sock`: all connections of the client lead to it, whatever host a URL names. Without a `baseUrl` that is
   * `http://localhost` then. No proxy is used.
   */
  readonly socketPath?: string | undefined;
  /** PEM text of certificate authorities to trust besides the system's. */
  readonly ca?: string | undefined;
  /** PEM text of a client certificate. */
  readonly cert?: string | undefined;
  /** PEM text of its key. */
  readonly key?: string | undefined;
  /** Do not verify the server's certificate. @default false */
  readonly insecure?: boolean | undefined;
  /** `auto` takes what TLS negotiates. @default 'auto' */
  readonly http?: '1.1' | '2' | 'auto' | undefined;
  /** What sends: our own `wire`, `undici`, `auto` (the wire, undici through proxies), or one that was made elsewhere, which the client does not close. @default 'auto' */
  readonly transport?: 'wire' | 'undici' | 'auto' | Transport | undefined;
  /** Name of the header that makes a POST or PATCH safe to repeat; `'off'` sends none. @default 'Idempotency-Key' */
  readonly idempotencyKey?: string | undefined;
  readonly hooks?: ClientHooks | undefined;
  /** Told of every exchange: retries, redirects and failures too. */
  readonly har?: HarRecorder | undefined;
  /** Where time comes from, for tests. */
  readonly clock?: Clock | undefined;
}
