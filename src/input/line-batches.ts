// Reads formats that have one record a line (jsonl, txt). Splits on bytes; decodes a line only when
// its record is wanted. Lines that hold no record are counted as lines, not as records.
// Hot path: nothing here is asynchronous for a line.

import { isAscii, isUtf8 } from 'node:buffer';
import type { Buffer } from 'node:buffer';
import { badEncoding, tooLarge } from './bad-record.ts';
import type { RecordPlace } from './bad-record.ts';
import type { ByteWindow } from './byte-window.ts';
import { batchLimits } from './pass.ts';
import type { FormatBatches, Pass } from './pass.ts';
import type { InputBatch, InputPosition, InputRecord } from './reader.ts';

/** What tells one format of lines from another; made for each reading of an input. */
export interface LineFormat {
  /** Lines that begin with this byte hold no record; -1: no such lines. */
  readonly comment: number;
  /**
   * Makes a record of the line from `start` up to `end`, which is good UTF-8 (or `latin1`, if all of it is ASCII). The
   * bytes and the place are good for this call only.
   */
  read(bytes: Buffer, start: number, end: number, encoding: 'latin1' | 'utf8', place: RecordPlace): InputRecord;
}

const newline = 10;
const carriageReturn = 13;

/** Reads lines as a format says. */
export function lineBatches(makeFormat: () => LineFormat): FormatBatches {
  return async function* (window, pass) {
    await window.moveTo(pass.from.byte);
    const lines = new Lines(window, pass, makeFormat());
    for (;;) {
      const wholeBytes = lines.wholeBytes();
      if (wholeBytes > 0) yield* lines.cut(wholeBytes);
      else if (window.length > pass.maxRecordBytes + 1) yield await lines.skip();
      else if (!(await window.fill()) && window.length === 0) return;
    }
  };
}

class Lines implements RecordPlace {
  /** With `index` and `line` the place of the record that is being read. */
  readonly name: string;
  index: number;
  line: number;
  readonly #window: ByteWindow;
  readonly #pass: Pass;
  readonly #format: LineFormat;
  #start: InputPosition;
  /** Bytes at the window's start that are known to hold no newline. */
  #searchedBytes = 0;
  #encoding: 'latin1' | 'utf8' | 'mixed' = 'utf8';

  constructor(window: ByteWindow, pass: Pass, format: LineFormat) {
    this.#window = window;
    this.#pass = pass;
    this.#format = format;
    this.#start = pass.from;
    this.name = pass.name;
    this.index = pass.from.index;
    this.line = pass.from.line;
  }

  /** How many bytes of the window are whole lines. At the input's end the last line is whole as it is. */
  wholeBytes(): number {
    const { bytes, start, end, ended } = this.#window;
    if (ended) return end - start;
    const last = bytes.subarray(start + this.#searchedBytes, end).lastIndexOf(newline);
    if (last >= 0) return this.#searchedBytes + last + 1;
    this.#searchedBytes = end - start;
    return 0;
  }

  *cut(wholeBytes: number): Generator<InputBatch> {
    const window = this.#window;
    const block = window.bytes.subarray(window.start, window.start + wholeBytes);
    this.#encoding = isAscii(block) ? 'latin1' : isUtf8(block) ? 'utf8' : 'mixed';
    this.#searchedBytes = 0;
    const limit = window.start + wholeBytes;
    while (window.start < limit) {
      const records = this.#collect(limit);
      yield this.#batch(records);
    }
  }

  /** The records of the next lines, as many as a batch may have. */
  #collect(limit: number): InputRecord[] {
    const window = this.#window;
    const { bytes } = window;
    const { isSettled } = this.#pass;
    const { comment } = this.#format;
    const records: InputRecord[] = [];
    const first = window.start;
    let at = first;
    while (at < limit && records.length < batchLimits.records && at - first < batchLimits.bytes) {
      const found = bytes.indexOf(newline, at);
      const next = found < 0 || found >= limit ? limit : found + 1;
      const ink = firstInk(bytes, at, next);
      if (ink >= 0 && ink !== comment) {
        if (!isSettled(this.index)) records.push(this.#record(at, found < 0 || found >= limit ? limit : found));
        this.index++;
      }
      if (found >= 0 && found < limit) this.line++;
      at = next;
    }
    window.consume(at - first);
    return records;
  }

  #record(start: number, lineEnd: number): InputRecord {
    const { bytes } = this.#window;
    const { maxRecordBytes } = this.#pass;
    const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    if (end - start > maxRecordBytes) return tooLarge(this, bytes.subarray(start, end), maxRecordBytes);
    let encoding = this.#encoding;
    if (encoding === 'mixed') {
      if (!isUtf8(bytes.subarray(start, end))) return badEncoding(this, bytes.subarray(start, end));
      encoding = 'utf8';
    }
    return this.#format.read(bytes, start, end, encoding, this);
  }

  #batch(records: readonly InputRecord[]): InputBatch {
    const start = this.#start;
    this.#start = { index: this.index, line: this.line, byte: this.#window.byte };
    return { records, start, end: this.#start };
  }

  /** Passes a line that is too large without keeping it. */
  async skip(): Promise<InputBatch> {
    const window = this.#window;
    const bad = tooLarge(this, window.bytes.subarray(window.start, window.end), this.#pass.maxRecordBytes);
    let ink = -1;
    this.#searchedBytes = 0;
    for (;;) {
      const found = window.bytes.subarray(window.start, window.end).indexOf(newline);
      const count = found < 0 ? window.length : found + 1;
      if (ink < 0) ink = firstInk(window.bytes, window.start, window.start + count);
      window.consume(count);
      if (found >= 0) this.line++;
      if (found >= 0 || !(await window.fill())) break;
    }
    if (ink < 0 || ink === this.#format.comment) return this.#batch([]);
    const settled = this.#pass.isSettled(this.index++);
    return this.#batch(settled ? [] : [bad]);
  }
}

/** The first byte that is not white space; -1 if there is none. */
function firstInk(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? -1;
    if (byte > 32 || (byte !== 32 && (byte < 9 || byte > 13))) return byte;
  }
  return -1;
}
