// The contract of what tells rows apart and reads them, in one format. It sees bytes in memory; where
// they come from, and what happens at the end of the file, is the business of scan-results.ts.
//
// Rows are shown to it in their order. It may keep what it knows of the row whose end it looks for.

import type { ScannedRow } from './scanned-row.ts';

/** Tells rows apart and reads them. */
export interface RowReader {
  /** Line breaks inside the row that was found last. */
  readonly innerBreaks: number;
  /** Bytes have come in, of which the rows are asked for next. */
  loaded(bytes: Buffer): void;
  /**
   * Position of the line break that ends the present row; -1 if it is not in `bytes` before `end`.
   * `from` is where the row starts, or where the last call for the same row gave up.
   */
  findEnd(bytes: Buffer, from: number, end: number): number;
  /**
   * Reads the row in `bytes` from `start` to `end`, its line break not included; null if it is not
   * for a record. `base` is the place of `bytes` in the file.
   */
  read(bytes: Buffer, start: number, end: number, base: number, line: number): ScannedRow | null;
  /** Gives up the row whose end was looked for. */
  reset(): void;
}
