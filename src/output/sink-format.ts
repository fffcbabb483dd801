// How results stand in a file: the contract of a format, and the choice of one. A format makes text
// of one result at a time; when and how that reaches the disk is not its business.

import type { Result } from '../http/result.ts';
import { CsvFormat } from './csv-format.ts';
import { JsonlFormat } from './jsonl-format.ts';
import type { BodyMode } from './recorded-body.ts';

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

/** What shapes the rows of a run. */
export interface FormatOptions {
  /** How bodies are recorded. */
  readonly body: BodyMode;
}

/**
 * Makes a format.
 * @example createFormat('jsonl', { body: 'auto' }).encode(result)
 */
export function createFormat(name: FormatName, options: FormatOptions): ResultFormat {
  return name === 'csv' ? new CsvFormat(options.body) : new JsonlFormat(options.body);
}
