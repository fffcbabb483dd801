// What is in the rows of a CSV file: the border to csv-parse. Rows were found by `csv-row-end.ts`, so
// csv-parse is asked for whole runs of them at once, and has to find exactly as many.

import { Buffer } from 'node:buffer';
import { parse } from 'csv-parse/sync';

/**
 * The fields of each row in `bytes`, which hold `count` rows; null if csv-parse sees them otherwise.
 *
 * @param delimiter one byte, e.g. 44
 */
export function csvFields(bytes: Buffer, delimiter: number, count: number): string[][] | null {
  try {
    const rows = parse(bytes, {
      delimiter: Buffer.of(delimiter),
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
    return rows.length === count ? rows : null;
  } catch {
    return null;
  }
}
