// Bytes that come from elsewhere, as a part of a form.
//
// Invariant: a stream is read once. Who needs it twice, for another attempt, is told so instead of being given nothing.

import { badValue } from '../../concurrency/bad-value.ts';
import type { PartLabel } from './file-part.ts';
import { typeOfFile } from './file-type.ts';
import { isInPieces, piecesOf } from '../pieces-of.ts';
import { leftAtOnce } from '../reading/left-at-once.ts';
import type { PartContent } from './part-content.ts';

/** Bytes, or text that is sent in UTF-8, piece by piece. A `ReadableStream` and a `Readable` are such. */
export type PartStream = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** How a part that is a stream is labelled. */
export interface StreamPartLabel extends PartLabel {
  /** How many bytes will come, if known: then the length of the form is, too. It is held to. */
  readonly lengthBytes?: number | undefined;
}

/** A stream that is sent as part of a form. */
export class StreamPart {
  readonly name: string;
  readonly type: string;
  readonly #source: PartStream | (() => PartStream);
  readonly #lengthBytes: number | null;
  #wasOpened = false;

  constructor(source: PartStream | (() => PartStream), label: StreamPartLabel) {
    const { lengthBytes = null } = label;
    if (lengthBytes !== null && !(Number.isSafeInteger(lengthBytes) && lengthBytes >= 0))
      throw badValue('`lengthBytes`', 'a whole number from 0 up', lengthBytes);
    if (!isStream(source) && typeof source !== 'function')
      throw badValue('the source of a part', 'a stream, an iterable of bytes, or a function that gives one', source);
    this.#source = source;
    this.#lengthBytes = lengthBytes;
    this.name = label.name ?? 'blob';
    this.type = label.type ?? typeOfFile(this.name);
  }

  content(): PartContent {
    return {
      lengthBytes: this.#lengthBytes,
      repeatable: typeof this.#source === 'function',
      open: () =>
        leftAtOnce(
          piecesOf(() => this.#begin()),
          (pieces) => this.#checked(pieces),
        ),
    };
  }

  async *#checked(pieces: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void, undefined> {
    let sentBytes = 0;
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      if (!(bytes instanceof Uint8Array))
        throw new Error(`part "${this.name}" gave something that is neither bytes nor text`);
      sentBytes += bytes.byteLength;
      if (sentBytes > (this.#lengthBytes ?? Infinity)) throw this.#wrongLength('more');
      yield bytes;
    }
    if (sentBytes < (this.#lengthBytes ?? 0)) throw this.#wrongLength('fewer');
  }

  #begin(): PartStream {
    if (typeof this.#source === 'function') return this.#source();
    if (this.#wasOpened)
      throw new Error(
        `part "${this.name}" is a stream that was read already; a function that opens it can be asked again`,
      );
    this.#wasOpened = true;
    return this.#source;
  }

  #wrongLength(how: string): Error {
    return new Error(`part "${this.name}" has ${how} than the ${this.#lengthBytes} bytes that it said`);
  }
}

/**
 * A stream to be sent in a form, or as the `body` of a request: read only as fast as the connection takes it. The form goes out in chunks unless `lengthBytes` is given,
 * and can be sent once. Give a function that opens the stream, and it can be sent again when a retry or a redirect needs that.
 *
 * @throws UsageError (`bad_option`) for something that is no stream, or no length
 * @example
 * import { multipartBody, streamPart } from 'manyfetch';
 *
 * const words = async function* () { yield 'one '; yield 'two'; };
 * const form = multipartBody({ log: streamPart(words, { name: 'log.txt' }) });
 * console.log(form.body.lengthBytes, form.body.repeatable); // prints null true
 */
export function streamPart(source: PartStream | (() => PartStream), label: StreamPartLabel = {}): StreamPart {
  return new StreamPart(source, label);
}

/** Whether it can be read piece by piece. A text could, character by character, which nobody means. */
export function isStream(value: unknown): value is PartStream {
  return isInPieces(value);
}
