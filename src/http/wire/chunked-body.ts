// Takes the chunked coding off a body (RFC 9112, 7.1), byte by byte if it comes so. Keeps no content: it
// tells where in the given bytes content stands.

import { readFields, refuseForbidden } from './answer-head.ts';
import { WireFault } from './wire-fault.ts';

/** Who gets the content. */
export interface ChunkedSink {
  onBody(bytes: Uint8Array, start: number, end: number): void;
  onTrailers(headers: readonly string[]): void;
}

const lineFeed = 10;
const carriageReturn = 13;
/** Extensions of one chunk, or of all chunks of an answer, are not longer. */
const maxExtensionBytes = 4_096;
/** The digits, and their CR. */
const maxSizeBytes = 17;

const word = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const quoted = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const sizeLine = new RegExp(`^([0-9A-Fa-f]+)((?:;${word}(?:=(?:${word}|${quoted}))?)*)\\r$`);

/** Trailer fields that would change what was read, or where it goes (RFC 9110, 6.5.1). */
const forbiddenTrailers = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'keep-alive',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export class ChunkedBody {
  readonly #sink: ChunkedSink;
  readonly #maxTrailerBytes: number;
  #state: 'size' | 'content' | 'content-end' | 'trailers' = 'size';
  /** What came of a line, or of the trailer section. */
  #text = '';
  #left = 0;
  #extensionBytes = 0;
  #ended = false;

  constructor(sink: ChunkedSink, maxTrailerBytes: number) {
    this.#sink = sink;
    this.#maxTrailerBytes = maxTrailerBytes;
  }

  begin(): void {
    this.#state = 'size';
    this.#text = '';
    this.#extensionBytes = 0;
    this.#ended = false;
  }

  /** Reads up to the end of the body; -1: it goes on. @throws WireFault */
  execute(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case 'size':
          at = this.#readSize(bytes, at, end);
          break;
        case 'content': {
          const stop = Math.min(end, at + this.#left);
          this.#left -= stop - at;
          if (this.#left === 0) this.#state = 'content-end';
          this.#sink.onBody(bytes, at, stop);
          at = stop;
          break;
        }
        case 'content-end':
          at = this.#readContentEnd(bytes, at, end);
          break;
        case 'trailers':
          at = this.#readTrailers(bytes, at, end);
          if (this.#ended) return at;
          break;
      }
    }
    return -1;
  }

  #readSize(bytes: Buffer, start: number, end: number): number {
    const found = bytes.indexOf(lineFeed, start);
    const stop = found < 0 || found >= end ? end : found;
    if (this.#text.length + stop - start > maxSizeBytes + maxExtensionBytes) throw new WireFault('bad_chunk_extension');
    const line = this.#text + bytes.toString('latin1', start, stop);
    if (stop === end) {
      if (!/^[0-9A-Fa-f]*(?:$|[;\r])/.test(line))
        throw new WireFault('bad_chunk_size', JSON.stringify(line.slice(0, 60)));
      this.#text = line;
      return end;
    }
    this.#text = '';
    const size = this.#sizeOf(line);
    this.#left = size;
    this.#state = size === 0 ? 'trailers' : 'content';
    return stop + 1;
  }

  #sizeOf(line: string): number {
    const match = sizeLine.exec(line);
    if (match === null) {
      const name = /^[0-9A-Fa-f]+;/.test(line) ? 'bad_chunk_extension' : 'bad_chunk_size';
      throw new WireFault(name, JSON.stringify(line.slice(0, 60)));
    }
    const [, digits = '', extensions = ''] = match;
    this.#extensionBytes += extensions.length;
    if (this.#extensionBytes > maxExtensionBytes) throw new WireFault('bad_chunk_extension', 'too long');
    const size = Number.parseInt(digits, 16);
    if (digits.length >= maxSizeBytes || size > Number.MAX_SAFE_INTEGER) throw new WireFault('chunk_too_large', digits);
    return size;
  }

  /** The CR LF behind a chunk. */
  #readContentEnd(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (this.#text === '') {
      if (bytes[at++] !== carriageReturn) throw new WireFault('bad_chunk_end');
      this.#text = '\r';
    }
    if (at === end) return at;
    if (bytes[at++] !== lineFeed) throw new WireFault('bad_chunk_end');
    this.#text = '';
    this.#state = 'size';
    return at;
  }

  #readTrailers(bytes: Buffer, start: number, end: number): number {
    const before = this.#text.length;
    const room = this.#maxTrailerBytes - before + 1;
    const text = this.#text + bytes.toString('latin1', start, Math.min(end, start + room));
    const isEmpty = text.startsWith('\r\n');
    const found = isEmpty ? 0 : text.indexOf('\r\n\r\n', Math.max(0, before - 3));
    if (found < 0) {
      if (text.length > this.#maxTrailerBytes) throw new WireFault('head_too_large', 'the trailer section');
      // A CR at the end may get its LF yet; what was checked before is not checked again.
      const from = text.charCodeAt(before - 1) === carriageReturn ? before - 1 : before;
      refuseForbidden(text.endsWith('\r') ? text.slice(0, -1) : text, from, 'trailers');
      this.#text = text;
      return end;
    }
    const length = found + (isEmpty ? 2 : 4);
    this.#ended = true;
    if (!isEmpty) this.#tellTrailers(text.slice(0, length));
    return start + length - before;
  }

  #tellTrailers(text: string): void {
    refuseForbidden(text, 0, 'trailers');
    const headers = readFields(text, 0);
    for (let at = 0; at < headers.length; at += 2) {
      if (forbiddenTrailers.has(headers[at] ?? '')) throw new WireFault('bad_trailer', headers[at]);
    }
    this.#sink.onTrailers(headers);
  }
}
