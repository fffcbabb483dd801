// Finds where a row of CSV ends, on bytes, by the rules of RFC 4180: a quote opens a field only at its
// beginning, "" inside is a quote, and what follows a closing quote is a delimiter or the row's end.
// A row that breaks these rules ends at its first line break, so that only that line is lost.

import type { Buffer } from 'node:buffer';

/** Where a row ends, and what is wrong with it. Filled in by `findRowEnd`, used again for each row. */
export interface RowEnd {
  /** Behind the last byte of its content. */
  end: number;
  /** Behind its line break. */
  next: number;
  /** The byte at which it breaks the rules; -1 if it does not. */
  faultAt: number;
  fault: string;
}

const quote = 34;
const newline = 10;
const carriageReturn = 13;

const strayQuote = 'a quote stands inside a field that does not begin with one';
const textBehindQuote = 'something stands between a closing quote and the next delimiter';
const openQuote = 'a quoted field is not closed';

/**
 * Looks for the end of the row that begins at `start` of `bytes`, which hold nothing behind what may be looked at.
 *
 * @param ended whether the input ends with `bytes`
 * @returns false if the end is not among `bytes`
 */
export function findRowEnd(bytes: Buffer, start: number, delimiter: number, ended: boolean, row: RowEnd): boolean {
  let at = start;
  for (;;) {
    const next = bytes[at] === quote ? passQuoted(bytes, at) : passPlain(bytes, at, delimiter);
    if (next < 0) return ended ? brokenRow(bytes, start, at, openQuote, row) : false;
    if (next >= bytes.length) return ended ? lastRow(bytes, row) : false;
    const byte = bytes[next];
    if (byte === delimiter) {
      at = next + 1;
      continue;
    }
    if (byte === newline) {
      row.end = next > start && bytes[next - 1] === carriageReturn ? next - 1 : next;
      row.next = next + 1;
      row.faultAt = -1;
      return true;
    }
    if (byte === carriageReturn) {
      if (next + 1 === bytes.length) return ended ? lastRow(bytes, row) : false;
      if (bytes[next + 1] === newline) {
        row.end = next;
        row.next = next + 2;
        row.faultAt = -1;
        return true;
      }
    }
    const reason = bytes[at] === quote ? textBehindQuote : strayQuote;
    return brokenRow(bytes, start, next, reason, row, ended);
  }
}

/** Behind the closing quote of the field that begins at `at`; -1 if it is not there. */
function passQuoted(bytes: Buffer, at: number): number {
  let from = at + 1;
  for (;;) {
    const found = bytes.indexOf(quote, from);
    if (found < 0) return -1;
    if (bytes[found + 1] !== quote) return found + 1;
    from = found + 2;
  }
}

/** The delimiter, line break or (wrong) quote that ends the unquoted field that begins at `at`. */
function passPlain(bytes: Buffer, at: number, delimiter: number): number {
  let next = at;
  for (; next < bytes.length; next++) {
    const byte = bytes[next];
    if (byte === delimiter || byte === newline || byte === quote) break;
  }
  return next;
}

function lastRow(bytes: Buffer, row: RowEnd): true {
  row.end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  row.next = bytes.length;
  row.faultAt = -1;
  return true;
}

function brokenRow(bytes: Buffer, start: number, at: number, fault: string, row: RowEnd, ended = true): boolean {
  const found = bytes.indexOf(newline, start);
  if (found < 0 && !ended) return false;
  if (found < 0) lastRow(bytes, row);
  else {
    row.end = found > start && bytes[found - 1] === carriageReturn ? found - 1 : found;
    row.next = found + 1;
  }
  // The fault may lie on a later line than the one that is given up.
  row.faultAt = Math.min(at, row.end);
  row.fault = fault;
  return true;
}
