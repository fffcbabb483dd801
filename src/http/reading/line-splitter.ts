// Cuts a text that comes in pieces into lines, at \n, \r\n and \r, and nowhere else: U+2028 or a form feed
// may stand within a line of JSON. It knows neither bytes nor what a line means.
//
// Invariant: the same text gives the same lines however it was cut into pieces, and no line beyond the limit is kept.

import { ManyfetchError } from '../../errors.ts';

const lineFeed = 0x0a;

/** Finds the lines of one text. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #option: string;
  #pending = '';
  #pendingBytes = 0;
  #lines = 0;
  /** The last piece ended with \r: a \n that follows belongs to it. */
  #afterReturn = false;

  /** @param option the limit's name, for the message */
  constructor(maxLineBytes: number, option: string) {
    this.#maxLineBytes = maxLineBytes;
    this.#option = option;
  }

  /** The lines that this piece ends, without their ends. @throws ManyfetchError `line_too_long`, behind the lines before it */
  *push(text: string): Generator<string, void, undefined> {
    if (text === '') return;
    let start = this.#afterReturn && text.charCodeAt(0) === lineFeed ? 1 : 0;
    this.#afterReturn = false;
    // Both are kept, since looking for one of them again from each line would be quadratic.
    let feed = text.indexOf('\n', start);
    let carriage = text.indexOf('\r', start);
    while (feed !== -1 || carriage !== -1) {
      const isCarriage = carriage !== -1 && (feed === -1 || carriage < feed);
      const at = isCarriage ? carriage : feed;
      this.#keep(text.slice(start, at));
      yield this.#take();
      start = at + 1;
      if (isCarriage) {
        if (feed === start) start++;
        else this.#afterReturn = start === text.length;
        carriage = text.indexOf('\r', start);
      }
      if (feed !== -1 && feed < start) feed = text.indexOf('\n', start);
    }
    this.#keep(text.slice(start));
  }

  /** What stands behind the last line end, if anything does. */
  *end(): Generator<string, void, undefined> {
    if (this.#pending !== '') yield this.#take();
  }

  #keep(piece: string): void {
    this.#pendingBytes += Buffer.byteLength(piece);
    if (this.#pendingBytes > this.#maxLineBytes) throw lineTooLong(this.#lines + 1, this.#maxLineBytes, this.#option);
    this.#pending += piece;
  }

  #take(): string {
    const line = this.#pending;
    this.#pending = '';
    this.#pendingBytes = 0;
    this.#lines++;
    return line;
  }
}

/** @param line its number, from 1 */
export function lineTooLong(line: number, maxBytes: number, option: string): ManyfetchError {
  return new ManyfetchError('line_too_long', `line ${line} of the answer is longer than ${maxBytes} bytes`, {
    hint: `Raise ${option}, or read the body as bytes if it has no lines.`,
  });
}
