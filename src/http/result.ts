// What is recorded for a record, exactly once. Plain data, made by the engine, written by `output`,
// counted by `report`.

import type { ErrorCode } from '../errors.ts';

/** Why a record is not `ok`. */
export interface ResultError {
  readonly code: ErrorCode;
  readonly message: string;
}

interface ResultBase {
  /** 0-based ordinal of the record in the input. */
  readonly index: number;
  readonly id: string | null;
  /** Attempts made, in all runs of this process; redirects followed do not count. */
  readonly attempts: number;
  /** What the last attempt took, in milliseconds; null if there was none. */
  readonly ms: number | null;
  /** What the record waited for permits, rates and retries, in milliseconds. */
  readonly waitMs: number;
  /** When it was settled: milliseconds since the epoch. */
  readonly atMs: number;
  readonly method: string | null;
  readonly url: string | null;
  /** Where redirects led, if they led anywhere. */
  readonly finalUrl: string | null;
  /** What a hook made of it, as JSON text on one line. */
  readonly extracted?: string;
}

/** The answer that a result keeps. Content encodings are undone. */
export interface Answer {
  readonly status: number;
  /** name, value, name, value; names in lower case. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** The answer was a success; or the map module skipped the record, and nothing was sent. */
export interface OkResult extends ResultBase {
  readonly result: 'ok';
  readonly answer: Answer | null;
  readonly skipped: boolean;
}

/** The record is known not to have succeeded. */
export interface FailedResult extends ResultBase {
  readonly result: 'failed';
  readonly answer: Answer | null;
  readonly error: ResultError;
}

/** The request may have been carried out, and nobody can tell. */
export interface UnknownResult extends ResultBase {
  readonly result: 'unknown';
  readonly answer: null;
  readonly error: ResultError;
}

export type Result = OkResult | FailedResult | UnknownResult;
