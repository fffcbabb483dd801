// The options of `fetchMany`. What it shares with a batch is taken from there, with its documentation;
// resolve-fetch-options.ts checks it all once, before anything is sent.

import type { LookupFunction } from 'node:net';
import type { BatchOptions } from '../../batch/options/batch-options.ts';
import type { Transport } from '../../http/transport.ts';
import type { FetchProgress } from './fetch-progress.ts';
import type { HeadersInput } from '../request-input.ts';
import type { NotOkResult, OkResult, Result } from '../result.ts';

/** The options that mean the same for a batch. */
export type SharedOption =
  | 'backoffMs'
  | 'baseUrl'
  | 'bearer'
  | 'concurrency'
  | 'connectTimeoutMs'
  | 'costFrom'
  | 'delivery'
  | 'http'
  | 'idempotencyKey'
  | 'insecure'
  | 'maxBackoffMs'
  | 'maxBodyBytes'
  | 'maxOutageMs'
  | 'maxWaitMs'
  | 'outage'
  | 'perOrigin'
  | 'pipelining'
  | 'proxy'
  | 'rate'
  | 'redirects'
  | 'retries'
  | 'retryOn'
  | 'socketPath'
  | 'success'
  | 'timeoutMs'
  | 'user';

/**
 * How `fetchMany` sends, and what it calls. Times are milliseconds, sizes are bytes; `Infinity` is no limit. `Item` is what the source gives, `Value` what
 * `parse` makes of an ok result, `Fallback` what `onError` gives for another.
 *
 * Callbacks are called with each result once, as it is settled, and before it is yielded: `parse`, `onResult`, `onError`.
 * A promise is waited for; while `concurrency` of them are not settled nothing more is sent. A callback that wants to end it all
 * aborts the `signal`: `return()` waits for callbacks, and so must not be waited for in one.
 */
export interface FetchManyOptions<Item = unknown, Value = unknown, Fallback = unknown> extends Pick<
  BatchOptions,
  SharedOption
> {
  /**
   * Makes the `value` of a result that is ok. If it throws, the result is `failed` with `callback_error`, and
   * `error.cause` is what it threw.
   */
  readonly parse?: ((result: OkResult<Item, undefined>) => Value | PromiseLike<Value>) | undefined;
  /** Told every result. What it throws makes the result `failed`, as with `parse`. */
  readonly onResult?: ((result: Result<Item, Value, undefined>) => unknown) | undefined;
  /**
   * Told every result that is not ok, also one of which `parse` or `onResult` threw. What it returns is the `value` of that
   * result. What it throws ends the iteration, and is thrown there.
   */
  readonly onError?: ((result: NotOkResult<Item, undefined>) => Fallback | PromiseLike<Fallback>) | undefined;
  /** Told how far it is, every `progressEveryMs` and once before the end. What it throws ends the iteration. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  /** @default 1000 */
  readonly progressEveryMs?: number | undefined;
  /**
   * All of it, from when the first result is asked for: retries and waits included. What is late is cancelled, and each item
   * that has no result gets a `failed` one with `deadline`. @default Infinity
   */
  readonly totalTimeoutMs?: number | undefined;
  /** Sent with every request that does not name them itself. */
  readonly headers?: HeadersInput | undefined;
  /** PEM text of certificate authorities to trust besides the system's. */
  readonly ca?: string | undefined;
  /** PEM text of a client certificate. */
  readonly cert?: string | undefined;
  /** PEM text of its key. */
  readonly key?: string | undefined;
  /**
   * Finds the addresses of hosts, as `node:dns.lookup` does, for a resolver of one's own: called with `all: true`, once for a host in 30 s. It is
   * not asked for what goes through a proxy of the environment. Docs: names.md. @default the system's resolver, and so /etc/hosts
   */
  readonly lookup?: LookupFunction | undefined;
  /**
   * What sends: our own `wire`, `undici`, `auto` (the wire, undici through proxies), or one that was made elsewhere, such as a
   * `mockTransport`, which is not closed at the end. @default 'auto'
   */
  readonly transport?: 'wire' | 'undici' | 'auto' | Transport | undefined;
  /** Give results in the order of the source; those that are early wait, and a bounded number of them. @default false */
  readonly ordered?: boolean | undefined;
  /** Cancels what is in flight; then the results that are there are given, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}
