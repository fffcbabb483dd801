// CSV and TSV: a header line, then rows, whose values are strings. A row that breaks the rules or has
// another count of fields than the header is a bad record; the rows around it are not touched.

import { isUtf8 } from 'node:buffer';
import type { Buffer } from 'node:buffer';
import { UsageError } from '../errors.ts';
import { badEncoding, badRecord, tooLarge } from './bad-record.ts';
import type { ByteWindow } from './byte-window.ts';
import { csvFields } from './csv-fields.ts';
import { readCsvHeader } from './csv-header.ts';
import { CsvRows } from './csv-rows.ts';
import type { Row } from './csv-rows.ts';
import { batchLimits } from './pass.ts';
import type { FormatBatches, Pass } from './pass.ts';
import type { InputPosition, InputRecord } from './reader.ts';

const openHint = 'If a quote in it is not closed, close it; else raise --max-record-bytes.';

const fieldsHint = 'A value that holds the delimiter, a quote or a line break stands in double quotes.';

export const csvBatches: FormatBatches = delimitedBatches(44);
export const tsvBatches: FormatBatches = delimitedBatches(9);

function delimitedBatches(delimiter: number): FormatBatches {
  return async function* (window, pass) {
    const rows = new CsvRows(window, delimiter, pass.maxRecordBytes);
    const header = await readCsvHeader(window, rows, pass.name, delimiter);
    if (header === null) return;
    pass.foundHeader(header.text);
    const parser = new RowParser(window, pass, delimiter, header.columns);
    if (pass.from.byte > 0) {
      await window.moveTo(pass.from.byte);
      rows.line = pass.from.line;
    }
    rows.index = pass.from.index;
    let start = pass.from;
    const batch = (records: readonly InputRecord[]) => {
      const end: InputPosition = { index: rows.index, line: rows.line, byte: window.byte };
      const made = { records, start, end };
      start = end;
      return made;
    };
    for (;;) {
      const taken = rows.take(pass.isSettled, batchLimits.records);
      if (taken.bytes > 0) {
        const records = parser.records(taken.rows);
        window.consume(taken.bytes);
        yield batch(records);
      } else if (window.length > pass.maxRecordBytes + 1 || (window.ended && window.length > 0)) {
        const place = { name: pass.name, index: rows.index, line: rows.line };
        const head = window.bytes.subarray(window.start, window.end);
        const bad = tooLarge(place, head, pass.maxRecordBytes, openHint);
        if (!(await rows.skip())) throw openField(pass.name, place.line);
        yield batch(pass.isSettled(bad.index) ? [] : [bad]);
      } else if (!(await window.fill()) && window.length === 0) return;
    }
  };
}

/** Makes records of rows. */
class RowParser {
  readonly #window: ByteWindow;
  readonly #pass: Pass;
  readonly #delimiter: number;
  readonly #columns: readonly string[];

  constructor(window: ByteWindow, pass: Pass, delimiter: number, columns: readonly string[]) {
    this.#window = window;
    this.#pass = pass;
    this.#delimiter = delimiter;
    this.#columns = columns;
  }

  /** Parses neighbours together, as far as all are whole; if something is wrong, each on its own. */
  records(rows: readonly Row[]): InputRecord[] {
    const records: InputRecord[] = [];
    for (let from = 0; from < rows.length;) {
      let until = from + 1;
      while (until < rows.length && rows[until]?.index === (rows[until - 1]?.index ?? 0) + 1 && isWhole(rows[until]))
        until++;
      this.#run(rows.slice(from, until), records);
      from = until;
    }
    return records;
  }

  #run(run: readonly Row[], records: InputRecord[]): void {
    const bytes = this.#window.bytes.subarray(run[0]?.start, run.at(-1)?.end);
    const fields = run.every(isWhole) && isUtf8(bytes) ? csvFields(bytes, this.#delimiter, run.length) : null;
    for (const [place, row] of run.entries()) records.push(this.#record(row, fields?.[place] ?? null));
  }

  #record(row: Row, parsed: readonly string[] | null): InputRecord {
    const bytes = this.#window.bytes.subarray(row.start, row.end);
    const { index, line } = row;
    const place = { name: this.#pass.name, index, line };
    if (parsed === null && !isUtf8(bytes)) return badEncoding(place, bytes);
    const text = bytes.toString('utf8');
    if (row.faultAt >= 0)
      return badRecord(
        place,
        text,
        charsTo(bytes, row.faultAt - row.start),
        row.fault,
        'Close each quoted field, and write quotes inside it twice.',
      );
    const fields = parsed ?? csvFields(bytes, this.#delimiter, 1)?.[0];
    if (fields === undefined) return badRecord(place, text, 0, 'not a row of CSV');
    const expected = this.#columns.length;
    if (fields.length !== expected)
      return badRecord(
        place,
        text,
        0,
        `expected ${count(expected)} as in the header, found ${fields.length}`,
        fieldsHint,
      );
    return { kind: 'record', index, line, text, value: this.#compose(fields) };
  }

  #compose(fields: readonly string[]): Record<string, string> {
    const value: Record<string, string> = {};
    for (const [place, column] of this.#columns.entries()) {
      const field = fields[place] ?? '';
      // Assigning to this name would set the object's prototype.
      if (column === '__proto__')
        Object.defineProperty(value, column, { value: field, enumerable: true, writable: true, configurable: true });
      else value[column] = field;
    }
    return value;
  }
}

/** Everything behind the quote would pass for one record, so that rows would be lost without a word. */
function openField(name: string, line: number): UsageError {
  const message = `${name}, line ${line}: a quoted field of the row that begins here is not closed before the input ends`;
  return new UsageError('bad_input', message, { hint: 'Close the quote in this row. Nothing behind it can be read.' });
}

function isWhole(row: Row | undefined): boolean {
  return row !== undefined && row.faultAt < 0;
}

function charsTo(bytes: Buffer, at: number): number {
  return bytes.toString('utf8', 0, at).length;
}

function count(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}
