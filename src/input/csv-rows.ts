// Cuts the bytes of a window into rows of CSV, a batch at a time, and counts lines and records. Knows
// where rows are, not what is in them. Empty lines are no rows.

import type { Buffer } from 'node:buffer';
import type { ByteWindow } from './byte-window.ts';
import type { RowEnd } from './csv-row-end.ts';
import { findRowEnd } from './csv-row-end.ts';
import { batchLimits } from './pass.ts';

/** A row in the bytes of a window. */
export interface Row {
  readonly index: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Offset in the window's bytes at which it breaks the rules of CSV; -1 if it does not. */
  readonly faultAt: number;
  readonly fault: string;
}

const quote = 34;
const newline = 10;

export class CsvRows {
  readonly #window: ByteWindow;
  readonly #delimiter: number;
  readonly maxRecordBytes: number;
  readonly #found: RowEnd = { end: 0, next: 0, faultAt: -1, fault: '' };
  index = 0;
  line = 1;

  constructor(window: ByteWindow, delimiter: number, maxRecordBytes: number) {
    this.#window = window;
    this.#delimiter = delimiter;
    this.maxRecordBytes = maxRecordBytes;
  }

  /**
   * Goes over the next whole rows, up to a batch of them, and gives those that are wanted. Whoever
   * calls it consumes `bytes` of the window when done with them; 0: there is no whole row in it.
   */
  take(isSettled: (index: number) => boolean, most: number): { rows: Row[]; bytes: number } {
    const { start, end, bytes: all, ended } = this.#window;
    const bytes = all.subarray(0, end);
    const rows: Row[] = [];
    let at = start;
    let quoteAt = start - 1;
    while (at < end && rows.length < most && at - start < batchLimits.bytes) {
      if (quoteAt < at && quoteAt >= start - 1) quoteAt = nextQuote(bytes, at);
      if (!this.#findEnd(bytes, at, quoteAt, ended)) break;
      const { end: rowEnd, next, faultAt, fault } = this.#found;
      if (rowEnd > at) {
        if (!isSettled(this.index))
          rows.push({ index: this.index, line: this.line, start: at, end: rowEnd, faultAt, fault });
        this.index++;
      }
      this.#countLines(bytes, at, next, quoteAt);
      at = next;
    }
    return { rows, bytes: at - start };
  }

  /**
   * Passes a row that does not fit into what a record may have. Its end is found by counting
   * quotes; false if the input ends inside a quoted field.
   */
  async skip(): Promise<boolean> {
    const window = this.#window;
    let isQuoted = false;
    for (;;) {
      let at = window.start;
      for (; at < window.end; at++) {
        const byte = window.bytes[at];
        if (byte === quote) isQuoted = !isQuoted;
        else if (byte === newline) {
          this.line++;
          if (!isQuoted) break;
        }
      }
      const isFound = at < window.end;
      window.consume(at - window.start + (isFound ? 1 : 0));
      if (isFound || !(await window.fill())) break;
    }
    this.index++;
    return !isQuoted;
  }

  #findEnd(bytes: Buffer, at: number, quoteAt: number, ended: boolean): boolean {
    const found = this.#found;
    // What is found must not depend on how much happens to be in the window.
    const mostBytes = this.maxRecordBytes + 2;
    const lineEnd = bytes.indexOf(newline, at);
    if (lineEnd >= 0 && lineEnd < quoteAt) {
      if (lineEnd - at >= mostBytes) return false;
      found.end = lineEnd > at && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
      found.next = lineEnd + 1;
      found.faultAt = -1;
      return found.end - at <= this.maxRecordBytes;
    }
    const isCut = bytes.length - at > mostBytes;
    const seen = isCut ? bytes.subarray(0, at + mostBytes) : bytes;
    return findRowEnd(seen, at, this.#delimiter, ended && !isCut, found) && found.end - at <= this.maxRecordBytes;
  }

  #countLines(bytes: Buffer, at: number, next: number, quoteAt: number): void {
    if (quoteAt >= next) {
      if (bytes[next - 1] === newline) this.line++;
      return;
    }
    for (let found = bytes.indexOf(newline, at); found >= 0 && found < next; found = bytes.indexOf(newline, found + 1))
      this.line++;
  }
}

function nextQuote(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(quote, at);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}
