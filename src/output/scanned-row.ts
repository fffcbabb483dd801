// What is found when results are read back: whole rows, and rows that are not. Both formats give the
// same names.

/** A row as it was recorded. Only `index` and `result` have been checked; a file may have been edited. */
export interface RecordedRow {
  readonly index: number;
  readonly result: RowResult;
  readonly id?: string;
  readonly status?: number | null;
  readonly attempts?: number;
  readonly ms?: number | null;
  readonly waitMs?: number;
  /** ISO 8601. */
  readonly at?: string;
  readonly method?: string | null;
  readonly url?: string | null;
  readonly finalUrl?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly skipped?: boolean;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** JSON or text; from CSV always the text. */
  readonly body?: unknown;
  readonly bodyBase64?: string;
  readonly bodyHash?: string;
  readonly bodyBytes?: number;
  readonly bodyFile?: string;
  /** What a hook made of it. */
  readonly extracted?: unknown;
}

/** The results there are. */
export type RowResult = 'ok' | 'failed' | 'unknown';

/** Where a row stands, in bytes from the start of the file: `end` is where the next one starts. */
interface RowPlace {
  readonly start: number;
  readonly end: number;
}

/** A row that tells what became of a record. */
export interface WholeRow extends RowPlace {
  readonly problem: null;
  readonly index: number;
  readonly result: RowResult;
  /** Its content; null in the mode `index`. */
  readonly row: RecordedRow | null;
}

/** A row that does not. */
export interface BrokenRow extends RowPlace {
  /** What is wrong with it, in a few words; `torn` if the file ends before it does. */
  readonly problem: string;
  readonly index: -1;
  /** 1-based number of the line on which it starts, counted from where the scan began. */
  readonly line: number;
}

export type ScannedRow = WholeRow | BrokenRow;

/** How much is read of a row. */
export type ScanMode = 'index' | 'full';

/** A row that tells nothing. */
export function brokenRow(problem: string, start: number, end: number, line: number): BrokenRow {
  return { problem, index: -1, line, start, end };
}

/** Whether a value is one of the results there are. */
export function isRowResult(value: unknown): value is RowResult {
  return value === 'ok' || value === 'failed' || value === 'unknown';
}
