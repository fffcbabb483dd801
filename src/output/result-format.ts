// The contract of a format: it makes text of one result at a time. When and how that reaches the disk
// is not its business.
//
// Invariant: one result is one row, and a row that has no line break at its end is not whole.

import type { Result } from '../http/result.ts';

/** The formats there are. */
export type FormatName = 'jsonl' | 'csv';

/** Turns results into text. One result is one row, and every row ends with a line break. */
export interface ResultFormat {
  readonly name: FormatName;
  /** What a file begins with; may be empty. */
  readonly header: string;
  /** A whole row, with its final line break. `bodyFile` names the file that holds the body, in the mode `file`. */
  encode(result: Result, bodyFile?: string | null): string;
}
