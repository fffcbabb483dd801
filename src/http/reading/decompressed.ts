// Undoes the content encodings of a body while it comes (RFC 9110, 8.4), by the same rules as `content-encoding.ts`,
// which does it to a body that is there as a whole.
//
// Invariant: it is no more than a few buffers ahead of its reader, and no layer gives more than `maxBytes`.

import { Readable, pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { ManyfetchError } from '../../errors.ts';
import { encodingLayers, hasZlibHeader, mostLayers } from '../content-encoding.ts';
import { leftAtOnce } from './left-at-once.ts';
import type { Reading } from './left-at-once.ts';

/** How much a decoder makes in one go. */
const pieceBytes = 64 * 1024;

/**
 * The bytes of a body with its content encodings undone: gzip, x-gzip, br, zstd, deflate (with or without its zlib
 * wrapper), and up to five of these on top of each other. An encoding that is not known leaves the bytes as they are.
 * Leaving it closes the source.
 *
 * @param contentEncoding value of `content-encoding`, or null
 * @param maxBytes limit of the outcome and of every step to it
 * @throws ManyfetchError `bad_encoding` for what is not in its encoding, or not whole; `body_too_large`; what the source throws
 */
export function decompressed(
  chunks: AsyncIterable<Uint8Array>,
  contentEncoding: string | null,
  maxBytes: number,
): Reading<Uint8Array> {
  const layers = encodingLayers(contentEncoding);
  return leftAtOnce(chunks, (pieces) => {
    if (layers.length > mostLayers) return limited(undone(pieces, null, maxBytes), maxBytes);
    let decoded: AsyncGenerator<Uint8Array, void, undefined> | null = null;
    for (const name of layers.toReversed()) decoded = limited(undone(decoded ?? pieces, name, maxBytes), maxBytes);
    return decoded ?? limited(pieces, maxBytes);
  });
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (chunk.length > 0) yield chunk;
  }
}

/** Undoes one encoding. @param name null: there are too many of them */
async function* undone(
  chunks: AsyncIterable<Uint8Array>,
  name: string | null,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = new Source(chunks, maxBytes);
  try {
    const first = await source.open();
    // A body of nothing is nothing in every encoding: so HEAD is answered, and what has not changed.
    if (first === null) return;
    if (name === null) throw badEncoding(`the body of the answer is encoded more than ${mostLayers} times over`);
    const decoder = decoderOf(name, first);
    pipeline(Readable.from(source.all(), { highWaterMark: 1 }), decoder, () => {});
    try {
      for await (const piece of decoder) yield piece as Buffer;
    } catch (error) {
      if (source.error !== null) throw source.error.cause;
      throw badEncoding(`the body of the answer is not whole and valid ${name}`, error);
    }
  } finally {
    await source.close();
  }
}

function tooLarge(maxBytes: number): ManyfetchError {
  const message = `the body of the answer is larger than ${maxBytes} bytes`;
  return new ManyfetchError('body_too_large', message, { hint: 'Raise maxBodyBytes.' });
}

function badEncoding(message: string, cause?: unknown): ManyfetchError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new ManyfetchError('bad_encoding', message + reason, { cause });
}

/** Reads a body, its first bytes ahead, and remembers what it threw, which is no fault of the encoding. */
class Source {
  error: { readonly cause: unknown } | null = null;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #first: Uint8Array[] = [];
  readonly #maxBytes: number;
  #bytes = 0;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** The first two bytes, or what there is of them; null: there is nothing. */
  async open(): Promise<Buffer | null> {
    let bytes = 0;
    while (bytes < 2) {
      const chunk = await this.#next();
      if (chunk === null) break;
      this.#first.push(chunk);
      bytes += chunk.length;
    }
    return bytes === 0 ? null : Buffer.concat(this.#first).subarray(0, 2);
  }

  async *all(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#first.splice(0);
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) yield chunk;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#chunks.return?.();
  }

  async #refuse(): Promise<never> {
    await this.close();
    throw tooLarge(this.#maxBytes);
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    try {
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        this.#ended = true;
        return null;
      }
      this.#bytes += value.length;
      // Encoded bytes of which nothing comes, as empty members of gzip, must have an end too.
      if (this.#bytes > 2 * this.#maxBytes + pieceBytes) return await this.#refuse();
      return value;
    } catch (cause) {
      this.#ended = true;
      this.error = { cause };
      throw cause;
    }
  }
}

function decoderOf(name: string, first: Buffer): Transform {
  const options = { chunkSize: pieceBytes };
  if (name === 'br') return zlib.createBrotliDecompress(options);
  if (name === 'zstd') return zlib.createZstdDecompress(options);
  if (name === 'deflate') return hasZlibHeader(first) ? zlib.createInflate(options) : zlib.createInflateRaw(options);
  return zlib.createGunzip(options);
}
