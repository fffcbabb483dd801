// `Infinity` as the value of an option means: no limit. What counts, what waits and what is written down takes whole numbers, so
// that here it becomes what is as good as none.

import { longestTimerMs } from '../../concurrency/time/longest-timer.ts';
import type { BatchOptions } from './batch-options.ts';

const all = Number.MAX_SAFE_INTEGER;

/** What stands for no limit, for the options of which that can be said; undefined: there is none if nothing is said. */
const unlimited: { readonly [Key in keyof BatchOptions]?: number | undefined } = {
  limit: undefined,
  maxRecordBytes: all,
  concurrency: all,
  perOrigin: undefined,
  retries: all,
  maxBackoffMs: longestTimerMs,
  timeoutMs: longestTimerMs,
  connectTimeoutMs: longestTimerMs,
  maxWaitMs: longestTimerMs,
  maxOutageMs: longestTimerMs,
  redirects: all,
  maxBodyBytes: all,
  hookConcurrency: all,
  hookTimeoutMs: undefined,
  graceMs: longestTimerMs,
};

/** The value of an option, as the rules of options take it. */
export function finiteOption(name: string, value: unknown): unknown {
  return value === Infinity && Object.hasOwn(unlimited, name) ? unlimited[name as keyof BatchOptions] : value;
}
