// One JSON array, element by element; never the whole of it in memory. A position lies right behind a
// comma, or before the bracket that ends the array. An element that is not JSON is a bad record as
// long as its end can be found; when the array itself breaks, there is nothing to go on with.

import { isUtf8 } from 'node:buffer';
import { UsageError } from '../errors.ts';
import { badEncoding, badJson, tooLarge } from './bad-record.ts';
import type { ByteWindow } from './byte-window.ts';
import { JsonElementEnd } from './json-element-end.ts';
import { batchLimits } from './pass.ts';
import type { FormatBatches, Pass } from './pass.ts';
import type { InputBatch, InputPosition, InputRecord } from './reader.ts';

const newline = 10;
const closing = 93;

export const jsonArrayBatches: FormatBatches = async function* (window, pass) {
  const elements = new Elements(window, pass);
  if (pass.from.byte > 0) await window.moveTo(pass.from.byte);
  else if (!(await elements.open())) return;
  for (;;) {
    const batch = elements.cut();
    if (batch !== null) yield batch;
    if (elements.isAtEnd) break;
    if (batch !== null) continue;
    if (window.length > pass.maxRecordBytes) {
      const skipped = await elements.skip();
      if (skipped !== null) yield skipped;
    } else if (!(await window.fill())) throw elements.broken('the array is not closed');
  }
  await elements.close();
};

class Elements {
  readonly #window: ByteWindow;
  readonly #pass: Pass;
  readonly #ending = new JsonElementEnd();
  /** Bytes at the window's start that `#ending` has seen. */
  #seenBytes = 0;
  #index: number;
  #line: number;
  /** Offset at which the current line begins; where the reading began if that is not known. */
  #lineByte: number;
  #start: InputPosition;
  /** The bracket that ends the array is the window's next byte, but for white space. */
  isAtEnd = false;

  constructor(window: ByteWindow, pass: Pass) {
    this.#window = window;
    this.#pass = pass;
    this.#start = pass.from;
    this.#index = pass.from.index;
    this.#line = pass.from.line;
    this.#lineByte = pass.from.byte > 0 ? pass.from.byte : window.byte;
  }

  /** Passes the opening bracket; false if there is nothing at all. */
  async open(): Promise<boolean> {
    const first = await this.#passSpace();
    if (first === -1) return false;
    if (first !== 91) {
      const hint =
        first === 123 ? 'It looks like JSON lines: try --format jsonl.' : 'Name the right format with --format.';
      throw new UsageError(
        'bad_input',
        `${this.#pass.name}, line ${this.#line}, column ${this.#column(0)}: expected "[", the beginning of an array, found ${JSON.stringify(String.fromCharCode(first))}`,
        { hint },
      );
    }
    this.#window.consume(1);
    return true;
  }

  /** What is in the window of whole elements, as far as it is one batch; null if there is none. */
  cut(): InputBatch | null {
    const window = this.#window;
    const records: InputRecord[] = [];
    const firstByte = window.byte;
    const firstIndex = this.#index;
    while (records.length < batchLimits.records && window.byte - firstByte < batchLimits.bytes) {
      const at = this.#ending.find(window.bytes, window.start + this.#seenBytes, window.end);
      if (at < 0) {
        this.#seenBytes = window.length;
        break;
      }
      if (window.bytes[at] === 125) {
        // What was read before the break is still to be given out; the next call comes here again.
        this.#seenBytes = at - window.start;
        if (this.#index > firstIndex) break;
        throw this.#mismatch(at);
      }
      this.#seenBytes = 0;
      this.#ending.reset();
      const isLast = window.bytes[at] === closing;
      if (!isLast || !isBlank(window.bytes, window.start, at)) {
        if (!this.#pass.isSettled(this.#index)) records.push(this.#record(at));
        this.#index++;
      }
      this.#passLines(at);
      window.consume(at - window.start + (isLast ? 0 : 1));
      this.isAtEnd = isLast;
      if (isLast) break;
    }
    return this.#index > firstIndex ? this.#batch(records) : null;
  }

  /** Passes an element that is too large without keeping it; null if it turns out to be white space. */
  async skip(): Promise<InputBatch | null> {
    const window = this.#window;
    const begin = this.#leadingSpace(window.end);
    if (window.length - begin.bytes <= this.#pass.maxRecordBytes) {
      // Only white space makes it long.
      this.#dropSpace(begin.bytes);
      return null;
    }
    const head = window.bytes.subarray(window.start + begin.bytes, window.end);
    const place = { name: this.#pass.name, index: this.#index, line: begin.line, indent: begin.column - 1 };
    const bad = tooLarge(place, head, this.#pass.maxRecordBytes);
    for (;;) {
      this.#passLines(window.end);
      window.consume(window.length);
      if (!(await window.fill())) throw this.broken('the array is not closed');
      const at = this.#ending.find(window.bytes, window.start, window.end);
      if (at < 0) continue;
      if (window.bytes[at] === 125) throw this.#mismatch(at);
      this.isAtEnd = window.bytes[at] === closing;
      this.#passLines(at);
      window.consume(at - window.start + (this.isAtEnd ? 0 : 1));
      break;
    }
    this.#seenBytes = 0;
    this.#ending.reset();
    const settled = this.#pass.isSettled(this.#index++);
    return this.#batch(settled ? [] : [bad]);
  }

  /** Makes sure that nothing follows the array. */
  async close(): Promise<void> {
    await this.#passSpace();
    this.#window.consume(1);
    const next = await this.#passSpace();
    if (next !== -1) throw this.broken('something follows the array');
  }

  /** @param at offset in the window's bytes */
  broken(reason: string, at = this.#window.start): UsageError {
    const { name } = this.#pass;
    const { start, byte } = this.#window;
    return new UsageError('bad_input', `${name}, line ${this.#line}, byte ${byte + at - start}: ${reason}`, {
      hint: 'Nothing behind this place can be read. Correct the file, or get a whole copy of it.',
    });
  }

  #mismatch(at: number): UsageError {
    this.#passLines(at);
    return this.broken('expected "]" or ",", found "}"', at);
  }

  #record(end: number): InputRecord {
    const { bytes, start } = this.#window;
    const begin = this.#leadingSpace(end);
    let last = end;
    while (last > start + begin.bytes && isSpace(bytes[last - 1])) last--;
    const piece = bytes.subarray(start + begin.bytes, last);
    const place = { name: this.#pass.name, index: this.#index, line: begin.line, indent: begin.column - 1 };
    // White space behind it counts, because `skip` cannot know yet whether more follows.
    if (end - start - begin.bytes > this.#pass.maxRecordBytes) return tooLarge(place, piece, this.#pass.maxRecordBytes);
    if (!isUtf8(piece)) return badEncoding(place, piece);
    const text = piece.toString('utf8');
    try {
      return { kind: 'record', index: place.index, line: place.line, text, value: JSON.parse(text) as unknown };
    } catch {
      return badJson(place, text);
    }
  }

  /** The white space before the element, and the place behind it. */
  #leadingSpace(end: number): { bytes: number; line: number; column: number } {
    const { bytes, start, byte } = this.#window;
    let line = this.#line;
    let lineByte = this.#lineByte;
    let at = start;
    for (; at < end && isSpace(bytes[at]); at++) {
      if (bytes[at] !== newline) continue;
      line++;
      lineByte = byte + at + 1 - start;
    }
    return { bytes: at - start, line, column: byte + at - start - lineByte + 1 };
  }

  #dropSpace(count: number): void {
    this.#passLines(this.#window.start + count);
    this.#window.consume(count);
    this.#seenBytes -= count;
  }

  /** Counts the lines up to offset `end` of the window's bytes. */
  #passLines(end: number): void {
    const { bytes, start, byte } = this.#window;
    const piece = bytes.subarray(start, end);
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) {
      this.#line++;
      this.#lineByte = byte + at + 1;
    }
  }

  /** The next byte that is not white space, which becomes the window's first; -1 at the end. */
  async #passSpace(): Promise<number> {
    const window = this.#window;
    for (;;) {
      const { bytes } = this.#leadingSpace(window.end);
      this.#passLines(window.start + bytes);
      window.consume(bytes);
      if (window.length > 0) return window.bytes[window.start] ?? -1;
      if (!(await window.fill())) return -1;
    }
  }

  #column(at: number): number {
    return this.#window.byte + at - this.#lineByte + 1;
  }

  #batch(records: readonly InputRecord[]): InputBatch {
    const start = this.#start;
    this.#start = { index: this.#index, line: this.#line, byte: this.#window.byte };
    return { records, start, end: this.#start };
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at])) return false;
  return true;
}
