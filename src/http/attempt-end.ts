// What is known when an attempt has ended: the governor learns from it, listeners count it. One object
// an attempt, never kept by those who get it.

import type { ErrorCode } from '../errors.ts';
import type { Outcome } from './outcome.ts';

/** One attempt that has ended. */
export interface AttemptEnd {
  readonly origin: string;
  readonly outcome: Outcome;
  /** From the permit to the end. */
  readonly ms: number;
  /** Status of the answer, if one came. */
  readonly status: number | null;
  /** Error code, if none came. */
  readonly code: ErrorCode | null;
  /** Of the answer: name, value, name, value; names in lower case. Empty if none came. */
  readonly headers: readonly string[];
  /** Which attempt of its record, from 1. */
  readonly attempt: number;
  /** The connection had carried an earlier request; else `ms` includes connecting. */
  readonly reused: boolean;
}
