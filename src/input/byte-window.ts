// A stretch of an input's bytes in one buffer that is used again and again: read at its end, consumed
// at its start. It grows only when what is at its start does not fit, so whoever consumes bounds it.
// Invariant: `bytes[start]` is the byte at offset `byte` of the uncompressed input.

import { Buffer } from 'node:buffer';
import type { ByteSource } from './byte-source.ts';

export class ByteWindow {
  readonly #source: ByteSource;
  readonly #blockBytes: number;
  /** Valid from `start` to `end`, until the next `fill`. */
  bytes: Buffer;
  start = 0;
  end = 0;
  byte = 0;
  /** There is nothing to read behind `end`. */
  ended = false;

  constructor(source: ByteSource, blockBytes: number) {
    this.#source = source;
    this.#blockBytes = blockBytes;
    this.bytes = Buffer.allocUnsafe(blockBytes * 2);
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Reads some more behind `end`; false if there is no more. */
  async fill(): Promise<boolean> {
    if (this.ended) return false;
    this.#makeRoom();
    const room = Math.min(this.#blockBytes, this.bytes.length - this.end);
    const count = await this.#source.read(this.bytes.subarray(this.end, this.end + room));
    this.end += count;
    this.ended = count === 0;
    return !this.ended;
  }

  /** Fills until there are `count` bytes or the input ends. */
  async fillTo(count: number): Promise<void> {
    while (this.length < count && (await this.fill()));
  }

  /** Gives up the first `count` bytes. */
  consume(count: number): void {
    this.start += count;
    this.byte += count;
  }

  /** Makes `byte` the start, which must not lie behind it. Seeks if the source can, else reads up to it. */
  async moveTo(byte: number): Promise<void> {
    if (byte - this.byte > this.length && this.#source.trySeek(byte)) {
      this.start = this.end = 0;
      this.byte = byte;
      this.ended = false;
      return;
    }
    while (this.byte < byte) {
      this.consume(Math.min(this.length, byte - this.byte));
      if (this.byte < byte && !(await this.fill())) return;
    }
  }

  #makeRoom(): void {
    if (this.bytes.length - this.end >= this.#blockBytes) return;
    const wanted = this.length + this.#blockBytes;
    const target = wanted <= this.bytes.length ? this.bytes : Buffer.allocUnsafe(wanted * 2);
    this.bytes.copy(target, 0, this.start, this.end);
    this.bytes = target;
    this.end -= this.start;
    this.start = 0;
  }
}
