// Reads rows of JSONL results. A row as jsonl-format.ts writes it is told by its first fields and its
// last byte, without parsing it, since a resume may have to look at millions of them. Any other row is
// parsed, and so is every row once a zero byte was seen: that is what a power loss leaves.

import { isUtf8 } from 'node:buffer';
import type { RowReader } from './row-reader.ts';
import { brokenRow, isRowResult } from './scanned-row.ts';
import type { RecordedRow, RowResult, ScanMode, ScannedRow, WholeRow } from './scanned-row.ts';

const lineFeed = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const zero = 0x30;

const indexField = Buffer.from('{"index":');
const idField = Buffer.from(',"id":"');
const resultField = Buffer.from(',"result":"');
const results: readonly (readonly [RowResult, Buffer])[] = [
  ['ok', Buffer.from('ok"')],
  ['failed', Buffer.from('failed"')],
  ['unknown', Buffer.from('unknown"')],
];

/** Rows of `jsonl`. */
export class JsonlRows implements RowReader {
  readonly innerBreaks = 0;
  readonly #mode: ScanMode;
  #damaged = false;

  constructor(mode: ScanMode) {
    this.#mode = mode;
  }

  findEnd(bytes: Buffer, from: number, end: number): number {
    const at = bytes.indexOf(lineFeed, from);
    return at < end ? at : -1;
  }

  loaded(bytes: Buffer): void {
    this.#damaged ||= bytes.includes(0);
  }

  read(bytes: Buffer, start: number, end: number, base: number, line: number): ScannedRow {
    if (this.#mode === 'index' && !this.#damaged) {
      const told = readFirstFields(bytes, start, end, base);
      if (told !== null) return told;
    }
    const row = parseRow(bytes.subarray(start, end));
    if (typeof row === 'string') return brokenRow(row, base + start, base + end + 1, line);
    const { index, result } = row;
    return { problem: null, index, result, start: base + start, end: base + end + 1, row: this.#kept(row) };
  }

  reset(): void {
    // Nothing is kept of a row.
  }

  #kept(row: RecordedRow): RecordedRow | null {
    return this.#mode === 'full' ? row : null;
  }
}

function readFirstFields(bytes: Buffer, start: number, end: number, base: number): WholeRow | null {
  if (bytes[end - 1] !== closingBrace || !stands(indexField, bytes, start)) return null;
  const first = start + indexField.length;
  let at = first;
  let index = 0;
  for (; ; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    index = index * 10 + digit;
  }
  const digits = at - first;
  // 15 digits are always exact; a leading zero is no JSON.
  if (digits === 0 || digits > 15 || (digits > 1 && bytes[first] === zero)) return null;
  if (stands(idField, bytes, at)) at = afterString(bytes, at + idField.length, end);
  if (at >= end || !stands(resultField, bytes, at)) return null;
  at += resultField.length;
  for (const [result, text] of results) {
    if (stands(text, bytes, at)) {
      return { problem: null, index, result, start: base + start, end: base + end + 1, row: null };
    }
  }
  return null;
}

// A row that is looked at has a line break behind it, and none of these texts has one in it: a
// comparison cannot run into the next row.
function stands(text: Buffer, bytes: Buffer, at: number): boolean {
  for (let offset = 0; offset < text.length; offset++) {
    if (bytes[at + offset] !== text[offset]) return false;
  }
  return true;
}

/** The place behind the closing quote of a string whose content starts at `from`. */
function afterString(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at + 1;
}

/** The row; or what is wrong with it. */
function parseRow(bytes: Buffer): RecordedRow | string {
  if (bytes.length === 0) return 'the line is empty';
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd') && !isUtf8(bytes)) return 'not valid UTF-8';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.includes('\0') ? 'zero bytes, as a power loss leaves them' : 'not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const { index, result } = value as Readonly<Record<string, unknown>>;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0)
    return 'no "index" that is a whole number';
  if (!isRowResult(result)) return 'no "result" that is ok, failed or unknown';
  return value as RecordedRow;
}
