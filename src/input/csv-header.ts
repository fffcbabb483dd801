// The header of a CSV file: reads the first row and checks that each column can be told from the others.

import { isUtf8 } from 'node:buffer';
import { UsageError } from '../errors.ts';
import type { ByteWindow } from './byte-window.ts';
import { csvFields } from './csv-fields.ts';
import type { CsvRows } from './csv-rows.ts';
import { excerpt } from './excerpt.ts';

/** A header line, and the columns that it names. */
export interface CsvHeader {
  /** As it stands in the file, without its line end. */
  readonly text: string;
  readonly columns: readonly string[];
}

const wanted = () => false;

/**
 * Consumes the window up to the first row of data.
 *
 * @returns null if the input is empty
 * @throws {UsageError} `bad_input` if it is not a header
 */
export async function readCsvHeader(
  window: ByteWindow,
  rows: CsvRows,
  name: string,
  delimiter: number,
): Promise<CsvHeader | null> {
  for (;;) {
    const taken = rows.take(wanted, 1);
    const row = taken.rows[0];
    if (row === undefined) {
      window.consume(taken.bytes);
      if (taken.bytes > 0) continue;
      if (window.ended && window.length === 0) return null;
      if (window.ended || !(await growsTo(window, rows))) throw tooLong(window, rows, name);
      continue;
    }
    const bytes = window.bytes.subarray(row.start, row.end);
    const text = bytes.toString('utf8');
    if (!isUtf8(bytes)) throw headerError(name, 'it is not UTF-8', text, 'Convert the file to UTF-8, e.g. with iconv.');
    const columns = row.faultAt < 0 ? csvFields(bytes, delimiter, 1)?.[0] : undefined;
    if (columns === undefined) throw headerError(name, row.fault || 'its quotes do not match', text);
    checkColumns(columns, name, delimiter, text);
    window.consume(taken.bytes);
    return { text, columns };
  }
}

async function growsTo(window: ByteWindow, rows: CsvRows): Promise<boolean> {
  if (window.length > rows.maxRecordBytes + 1) return false;
  await window.fill();
  return true;
}

function tooLong(window: ByteWindow, rows: CsvRows, name: string): UsageError {
  const head = window.bytes.toString('utf8', window.start, Math.min(window.end, window.start + 200));
  return headerError(
    name,
    `it does not end within ${rows.maxRecordBytes} bytes`,
    head,
    'Close the quote if one is open; else check that this is the right --format.',
  );
}

function checkColumns(columns: readonly string[], name: string, delimiter: number, text: string): void {
  const seen = new Map<string, number>();
  for (const [place, column] of columns.entries()) {
    if (column.trim() === '')
      throw headerError(name, `column ${place + 1} has no name`, text, 'Give each column a name of its own.');
    const before = seen.get(column);
    if (before !== undefined)
      throw headerError(
        name,
        `columns ${before + 1} and ${place + 1} are both named ${JSON.stringify(column)}`,
        text,
        'Give each column a name of its own.',
      );
    seen.set(column, place);
  }
  const only = columns.length === 1 ? (columns[0] ?? '') : '';
  const other = [',', ';', '\t'].find((mark) => mark.charCodeAt(0) !== delimiter && only.includes(mark));
  if (other === undefined) return;
  const hint = other === '\t' ? 'Try --format tsv.' : other === ',' ? 'Try --format csv.' : 'Save it with commas.';
  throw headerError(name, `it has one column, whose name has ${JSON.stringify(other)} in it`, text, hint);
}

function headerError(name: string, reason: string, text: string, hint = 'Correct the header line.'): UsageError {
  return new UsageError('bad_input', `${name}, line 1: the header cannot be used: ${reason}: ${excerpt(text, 0)}`, {
    hint,
  });
}
