// Reads rows of CSV results. A row ends at a line break outside quotes, so a body may have line breaks;
// whether a place is inside quotes is told by counting the quotes since the row's start.
//
// Invariant: a row is whole only if it has exactly the columns that csv-format.ts writes.

import { isUtf8 } from 'node:buffer';
import { csvColumns } from './csv-columns.ts';
import { recordedRowOf } from './csv-row.ts';
import type { RowReader } from './row-reader.ts';
import { brokenRow, isRowResult } from './scanned-row.ts';
import type { ScanMode, ScannedRow } from './scanned-row.ts';
import { splitCsvRow } from './split-csv-row.ts';

const lineFeed = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const wholeNumber = /^(?:0|[1-9]\d{0,15})$/;
const header = csvColumns.join(',');

/** Rows of `csv`. */
export class CsvRows implements RowReader {
  innerBreaks = 0;
  readonly #mode: ScanMode;
  #fresh = true;
  #quoted = false;
  #commas = 0;

  constructor(mode: ScanMode) {
    this.#mode = mode;
  }

  loaded(): void {
    // What a row's bytes are is seen when it is read.
  }

  findEnd(bytes: Buffer, from: number, end: number): number {
    if (this.#fresh) {
      this.#fresh = false;
      this.#quoted = false;
      this.#commas = 0;
      this.innerBreaks = 0;
    }
    for (let at = from; at < end; at++) {
      const byte = bytes[at];
      if (byte === quote) this.#quoted = !this.#quoted;
      else if (byte === comma) this.#commas += this.#quoted ? 0 : 1;
      else if (byte === lineFeed) {
        if (!this.#quoted) {
          this.#fresh = true;
          return at;
        }
        this.innerBreaks++;
      }
    }
    return -1;
  }

  read(bytes: Buffer, start: number, end: number, base: number, line: number): ScannedRow | null {
    const row = this.#read(bytes.subarray(start, end), base + start, base + end + 1);
    return typeof row === 'string' ? brokenRow(row, base + start, base + end + 1, line) : row;
  }

  reset(): void {
    this.#fresh = true;
  }

  #read(bytes: Buffer, start: number, end: number): ScannedRow | string | null {
    if (bytes.length === 0) return 'the line is empty';
    if (start === 0) return bytes.toString('latin1') === header ? null : 'not the header line of results';
    if (this.#commas !== csvColumns.length - 1) {
      return `has ${this.#commas + 1} fields instead of ${csvColumns.length}`;
    }
    // The fields that count stand first, so the others need not be looked at to find them.
    const fields = splitCsvRow(bytes.toString('utf8'), this.#mode === 'full' ? csvColumns.length : 3);
    const [index, , result] = fields ?? [];
    if (fields === null || index === undefined) return 'quotes in the wrong places';
    if (!wholeNumber.test(index) || !Number.isSafeInteger(Number(index))) return 'no index that is a whole number';
    if (!isRowResult(result)) return 'no result that is ok, failed or unknown';
    if (this.#mode === 'index') return { problem: null, index: Number(index), result, start, end, row: null };
    if (!isUtf8(bytes)) return 'not valid UTF-8';
    const row = recordedRowOf(fields, result);
    return typeof row === 'string' ? row : { problem: null, index: row.index, result, start, end, row };
  }
}
