// The options of `fetchMany`. What it shares with a batch is taken from there, with its documentation;
// resolve-fetch-options.ts checks it all once, before anything is sent.

import type { BatchOptions } from '../batch/batch-options.ts';
import type { HeadersInput } from './request-input.ts';

/** The options that mean the same for a batch. */
export type SharedOption =
  | 'baseUrl'
  | 'bearer'
  | 'concurrency'
  | 'connectTimeoutMs'
  | 'costFrom'
  | 'delivery'
  | 'http'
  | 'idempotencyKey'
  | 'insecure'
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
  | 'success'
  | 'timeoutMs'
  | 'transport'
  | 'user';

/** How `fetchMany` sends. Times are milliseconds, sizes are bytes. */
export interface FetchManyOptions extends Pick<BatchOptions, SharedOption> {
  /** Sent with every request that does not name them itself. */
  readonly headers?: HeadersInput;
  /** PEM text of certificate authorities to trust besides the system's. */
  readonly ca?: string;
  /** PEM text of a client certificate. */
  readonly cert?: string;
  /** PEM text of its key. */
  readonly key?: string;
  /** Give results in the order of the source; those that are early wait, and a bounded number of them. @default false */
  readonly ordered?: boolean;
  /** Cancels what is in flight; then the results that are there are given, and its reason is thrown. */
  readonly signal?: AbortSignal;
}
