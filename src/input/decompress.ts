// Undoes gzip, zstd and brotli, chunk by chunk. Every member or frame of the file is decoded, also when
// there are many (`cat a.zst b.zst`, pzstd): Node's zstd and brotli decoders stop silently after the
// first one if the next begins in the same write. What cannot be decoded throws; it never ends early.

import { Buffer } from 'node:buffer';
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import type { Compression } from './detect-format.ts';

const blockBytes = 256 * 1024;

type Decoder = ReturnType<typeof createGunzip | typeof createZstdDecompress | typeof createBrotliDecompress>;

/** The compressed data is damaged or cut: nothing behind this point can be read. */
export class BrokenStream extends Error {
  readonly compression: Compression;
  /** Bytes that had been decoded. */
  readonly decodedBytes: number;

  constructor(compression: Compression, decodedBytes: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'BrokenStream';
    this.compression = compression;
    this.decodedBytes = decodedBytes;
  }
}

/**
 * The decoded bytes of `source`, which is closed when the iteration ends, however it ends.
 *
 * @param onConsumed told how many bytes of `source` were decoded so far; reading is far ahead of that
 * @throws {BrokenStream} when the data is damaged, cut, or followed by something else
 */
export async function* decompress(
  source: ByteSource,
  compression: Compression,
  onConsumed: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const input = new Feeder(source, compression);
  let decodedBytes = 0;
  let consumedBytes = 0;
  try {
    if (!(await input.begins())) throw new BrokenStream(compression, 0, new Error('it is empty'));
    while (await input.hasMore()) {
      const decoder = createDecoder(compression);
      const feeding = input.feed(decoder);
      try {
        for await (const chunk of decoder as AsyncIterable<Buffer>) {
          decodedBytes += chunk.length;
          onConsumed(consumedBytes + decoder.bytesWritten);
          yield chunk;
        }
      } catch (cause) {
        throw input.failure ?? new BrokenStream(compression, decodedBytes, cause);
      } finally {
        decoder.destroy();
        await feeding;
      }
      if (input.failure !== null) throw input.failure;
      consumedBytes += decoder.bytesWritten;
    }
    onConsumed(source.readBytes);
  } finally {
    await source.close();
  }
}

/** Hands the source's blocks to one decoder after the other, each beginning where the last one ended. */
class Feeder {
  readonly #source: ByteSource;
  readonly #compression: Compression;
  readonly #block = Buffer.allocUnsafe(blockBytes);
  #rest: Buffer = Buffer.alloc(0);
  #hasBegun = false;
  /** What went wrong in reading, as opposed to decoding. */
  failure: unknown = null;

  constructor(source: ByteSource, compression: Compression) {
    this.#source = source;
    this.#compression = compression;
  }

  /** Whether there is anything at all. What pads a file at its end does not count as its beginning. */
  async begins(): Promise<boolean> {
    return this.#refill();
  }

  async hasMore(): Promise<boolean> {
    for (;;) {
      // Tapes and block devices pad gzip files with zeros; gzip itself ignores them.
      if (this.#compression === 'gzip' && this.#hasBegun) {
        let zeros = 0;
        while (this.#rest[zeros] === 0) zeros++;
        this.#rest = this.#rest.subarray(zeros);
      }
      this.#hasBegun = true;
      if (this.#rest.length > 0) return true;
      if (!(await this.#refill())) return false;
    }
  }

  /** Ends when the source or the decoder does. Never rejects: see `failure`. */
  async feed(decoder: Decoder): Promise<void> {
    let writtenBytes = 0;
    try {
      while (await this.#refill()) {
        const block = this.#rest;
        if (!(await write(decoder, block))) return;
        writtenBytes += block.length;
        const unused = writtenBytes - decoder.bytesWritten;
        this.#rest = block.subarray(block.length - unused);
        if (unused > 0) return;
      }
      decoder.end();
    } catch (error) {
      this.failure = error;
      decoder.destroy();
    }
  }

  async #refill(): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    const count = await this.#source.read(this.#block);
    this.#rest = this.#block.subarray(0, count);
    return count > 0;
  }
}

/** Whether the decoder took the block; false if it was destroyed or failed. */
function write(decoder: Decoder, block: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const closed = (): void => resolve(false);
    decoder.once('close', closed);
    decoder.write(block, (error) => {
      decoder.off('close', closed);
      resolve(error === null || error === undefined);
    });
  });
}

function createDecoder(compression: Compression): Decoder {
  const options = { chunkSize: blockBytes };
  if (compression === 'gzip') return createGunzip(options);
  return compression === 'zstd' ? createZstdDecompress(options) : createBrotliDecompress(options);
}
