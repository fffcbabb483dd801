// The contract of hooks with those who write them.

import type { BatchResult } from '../result.ts';

/**
 * What `runBatch` and `manyfetch run --on-result` call once with each record and its result: a function, or the default export of
 * a module. The record is what a map module sees: JSON as it was parsed, an object of strings for CSV, `{ url }` for a list of
 * URLs, and undefined for one that could not be read.
 *
 * What it returns, or its promise gives, is recorded as `extracted`, as JSON; `undefined` records nothing. What it throws makes an
 * ok result `failed` with `callback_error`; the answer stays.
 */
export type ResultHook<Record = unknown> = (record: Record, result: BatchResult) => unknown;
