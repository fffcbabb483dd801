// The options of a run after they were checked: nothing is optional any more, texts have become values.
// Made by `resolveOptions` only, frozen, and read by everything that sets a run up.

import type { Rate } from '../../concurrency/limits/pacer.ts';
import type { CheckedPlanOptions } from '../../plan/plan-options.ts';
import type { BatchOptions } from './batch-options.ts';
import type { RetryOn, StatusSet } from './status-set.ts';

/** A checked, complete and frozen set of options. Times are milliseconds, sizes are bytes. */
export interface ResolvedOptions {
  /** What shapes the requests; only what was given. */
  readonly plan: CheckedPlanOptions;

  /** Path, or `-` for standard input. */
  readonly input: string;
  /** Path, or `-` for standard output. */
  readonly output: string;
  readonly outputFormat: 'jsonl' | 'csv';
  /** null: by the input's extension. */
  readonly format: 'jsonl' | 'csv' | 'tsv' | 'txt' | 'json' | null;
  /** null: all. */
  readonly limit: number | null;
  readonly offset: number;
  readonly maxRecordBytes: number;

  readonly concurrency: number | 'auto';
  readonly perOrigin: number | null;
  readonly rates: readonly Rate[];
  /** Names and indexes that lead to the cost in a JSON answer. */
  readonly costFrom: readonly string[] | null;
  readonly retries: number;
  readonly retryOn: RetryOn;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly success: StatusSet;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxWaitMs: number;
  readonly outage: 'wait' | 'fail';
  readonly maxOutageMs: number;
  readonly redirects: number;
  readonly delivery: 'at-least-once' | 'at-most-once';
  readonly maxBodyBytes: number;

  /** A URL; null: none, whatever the environment says; undefined: as the environment says. */
  readonly proxy: string | null | undefined;
  /** null: connections lead to the hosts. */
  readonly socketPath: string | null;
  readonly cacert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly insecure: boolean;
  readonly http: '1.1' | '2' | 'auto';
  readonly transport: 'wire' | 'undici' | 'auto';
  readonly pipelining: number;
  readonly rehearse: boolean;

  readonly body: 'auto' | 'text' | 'base64' | 'none' | 'hash';
  readonly bodies: string | null;
  readonly order: 'completion' | 'input';
  readonly onResult: NonNullable<BatchOptions['onResult']> | null;
  /** null: in this process. */
  readonly hookThreads: number | null;
  /** null: by where it runs. */
  readonly hookConcurrency: number | null;
  /** null: as long as they take. */
  readonly hookTimeoutMs: number | null;
  readonly fresh: boolean;
  readonly graceMs: number;
}
