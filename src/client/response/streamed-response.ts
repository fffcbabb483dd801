// An answer whose head is here, and whose body is still on its way. It is read once: as bytes, lines, events, into a file or as
// a whole. Until it has been read or ended, it holds a connection of its own.
//
// Invariant: nobody but its reader refers to it, so that one that is dropped can be found, and its connection be given up.

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { shownAs } from '../../concurrency/scopes/shown-as.ts';
import { ManyfetchError } from '../../errors.ts';
import { PieceList } from '../../http/piece-list.ts';
import { decompressed } from '../../http/reading/decompressed.ts';
import { eventsOf } from '../../http/reading/events-of.ts';
import type { EventsOptions, ServerSentEvent } from '../../http/reading/events-of.ts';
import { linesOf } from '../../http/reading/lines-of.ts';
import type { LinesOptions } from '../../http/reading/lines-of.ts';
import { ResponseHead } from './response-head.ts';
import type { ResponseFacts } from './response-head.ts';
import type { BodyStream } from '../session/body-stream.ts';

/** How the body is to be read. */
export interface StreamedBody {
  readonly stream: BodyStream;
  /** Undo content encodings. */
  readonly decompress: boolean;
  /** Of what is read as a whole. */
  readonly maxBodyBytes: number;
}

/** Ends streams whose readers are gone. */
const dropped = new FinalizationRegistry<BodyStream>((stream) => stream.cancel());

/**
 * What `client.stream` resolves with, when the head of the answer has come.
 *
 * A body that nobody reads is not read from the connection beyond a buffer: the server has to wait. It stays so until the body is
 * read or ended, by `cancel`, `await using`, `break`, the signal, the end of the client, or because nobody has the answer any
 * more. Meanwhile it takes no place of the client's limits: after a second of waiting for its reader it gives that back.
 *
 * @example
 * import { Client } from 'manyfetch';
 *
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080' });
 * await using response = await client.stream('GET', '/bytes/100000');
 * let bytes = 0;
 * for await (const chunk of response.body) bytes += chunk.length;
 * console.log(response.status, bytes); // prints 200 100000
 */
export class StreamedResponse extends ResponseHead implements AsyncDisposable {
  readonly #body: StreamedBody;
  #used = false;

  /** Made by a client. */
  constructor(facts: ResponseFacts, body: StreamedBody) {
    super(facts);
    this.#body = body;
    dropped.register(this, body.stream);
  }

  /** The pieces of the body, content encodings undone. @throws ManyfetchError `body_used` if it is read already */
  get body(): AsyncIterableIterator<Uint8Array, void, undefined> {
    this.#use();
    return this.#read(Infinity);
  }

  /** Its lines, by the charset of the answer. @throws ManyfetchError `body_used`, `line_too_long` */
  lines(options: LinesOptions = {}): AsyncIterableIterator<string, void, undefined> {
    return linesOf(this.body, { charset: this.charset, ...options });
  }

  /** The server-sent events of a `text/event-stream`. @throws ManyfetchError `body_used`, `line_too_long` */
  events(options: EventsOptions = {}): AsyncIterableIterator<ServerSentEvent, void, undefined> {
    return eventsOf(this.body, options);
  }

  /**
   * Writes the body to a file, which appears when it is whole.
   *
   * @returns its bytes
   * @throws ManyfetchError `body_used`; what fails about the file, which is left as it was
   */
  async saveTo(path: string): Promise<number> {
    const body = this.body;
    // A name of its own: somebody else may save to the same path, or have a file of any name that can be guessed.
    const part = `${path}.${randomBytes(6).toString('hex')}.part`;
    let bytes = 0;
    try {
      {
        await using file = await open(part, 'wx');
        for await (const chunk of body) {
          await file.writeFile(chunk);
          bytes += chunk.length;
        }
      }
      await rename(part, path);
      return bytes;
    } catch (error) {
      this.cancel();
      await rm(part, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** Ends the answer: what of its body was not read is not wanted. */
  cancel(): void {
    this.#used = true;
    this.#body.stream.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
  }

  protected override async whole(): Promise<Buffer> {
    this.#use();
    const pieces = new PieceList();
    for await (const chunk of this.#read(this.#body.maxBodyBytes)) pieces.push(chunk);
    return pieces.joined();
  }

  #use(): void {
    if (this.#used)
      throw new ManyfetchError('body_used', 'the body of this answer was read already, or ended', {
        hint: 'read it once and keep what it gave; `client.get` and its like keep the body',
      });
    this.#used = true;
  }

  /**
   * Not a generator: one that nobody has asked for anything does not hear of its end. Refers to the answer, which so is not
   * dropped as long as somebody reads.
   */
  #read(maxBytes: number): AsyncIterableIterator<Uint8Array, void, undefined> {
    const { stream, decompress } = this.#body;
    const pieces = decompressed(stream, decompress ? this.headers.get('content-encoding') : null, maxBytes);
    const reader: AsyncIterableIterator<Uint8Array, void, undefined> = {
      next: () => this.#step(pieces),
      return: async () => {
        stream.cancel();
        await pieces.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => reader,
    };
    return reader;
  }

  async #step(pieces: AsyncIterator<Uint8Array, void, undefined>): Promise<IteratorResult<Uint8Array, void>> {
    try {
      return await pieces.next();
    } catch (error) {
      this.#body.stream.cancel();
      throw error;
    }
  }
}

shownAs(StreamedResponse, 'StreamedResponse', (response) => response.toJSON());
