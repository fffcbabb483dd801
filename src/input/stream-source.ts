// Bytes that come as chunks: standard input, a pipe, the output of a decompressor. They can be
// looked at once, in order; the first of them may be peeked at.

import { Buffer } from 'node:buffer';
import { ManyfetchError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { BrokenStream } from './decompress.ts';
import { fileError } from './file-error.ts';

export class StreamSource implements ByteSource {
  readonly #name: string;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #pending: Uint8Array = Buffer.alloc(0);
  #readBytes = 0;

  /** @param name what messages call it */
  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.#name = name;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.#pending.length === 0) {
      const chunk = await this.#next();
      if (chunk === null) return 0;
      this.#pending = chunk;
    }
    const taken = Math.min(target.length, this.#pending.length);
    target.set(this.#pending.subarray(0, taken));
    this.#pending = this.#pending.subarray(taken);
    this.#readBytes += taken;
    return taken;
  }

  /** The first `count` bytes, fewer if there are not so many. They are still read afterwards. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#pending.length < count) {
      const chunk = await this.#next();
      if (chunk === null) break;
      this.#pending = Buffer.concat([this.#pending, chunk]);
    }
    return this.#pending.subarray(0, count);
  }

  trySeek(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#pending = Buffer.alloc(0);
    await this.#chunks.return?.();
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const step = await this.#chunks.next();
      return step.done === true ? null : step.value;
    } catch (cause) {
      if (cause instanceof ManyfetchError || cause instanceof BrokenStream) throw cause;
      throw await fileError(this.#name, cause);
    }
  }
}
