// The choice of a format: the one place that knows which there are. What a format promises stands in
// result-format.ts.

import { CsvFormat } from './csv-format.ts';
import { JsonlFormat } from './jsonl-format.ts';
import type { BodyMode } from './recorded-body.ts';
import type { FormatName, ResultFormat } from './result-format.ts';

export type { FormatName, ResultFormat } from './result-format.ts';

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
