// The body of an answer on its way to whoever reads it, piece by piece as it came. What is not read yet is bounded:
// beyond a buffer the exchange is paused, and the server has to wait.
//
// Invariant: it ends exactly once; after that the exchange is over, and nothing of the connection is held.

import type { Exchange } from '../../http/transport.ts';

/** Beyond so much that nobody has read, the exchange is paused. */
const fullBytes = 64 * 1024;
/** So many pieces that nobody has read are joined: one costs memory and time however little is in it. */
const manyPieces = 256;

/** What is told while a body is on its way. */
export interface BodyStreamOwner {
  /** The server may send (again), or has to wait for the reader. */
  bodyPaused(paused: boolean): void;
  /** Nothing more comes of the connection. @param error why it ended before its end; null if it did not, or nobody wanted the rest */
  bodyOver(error: unknown): void;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class BodyStream implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #exchange: Exchange;
  readonly #owner: BodyStreamOwner;
  readonly #chunks: Buffer[] = [];
  readonly #readers: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>>[] = [];
  #unreadBytes = 0;
  #paused = false;
  #over = false;
  /** Why it ended before its end; told to the next who reads. */
  #failure: { readonly error: unknown } | null = null;

  constructor(exchange: Exchange, owner: BodyStreamOwner) {
    this.#exchange = exchange;
    this.#owner = owner;
  }

  /** The server has sent all, or the stream was ended. */
  get isOver(): boolean {
    return this.#over;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#unreadBytes -= chunk.length;
      if (this.#paused && this.#unreadBytes < fullBytes / 2) this.#setPaused(false);
      return Promise.resolve({ done: false, value: chunk });
    }
    const failure = this.#failure;
    if (failure !== null) {
      this.#failure = null;
      return Promise.reject(failure.error);
    }
    if (this.#over) return Promise.resolve(done);
    const reader = Promise.withResolvers<IteratorResult<Uint8Array, undefined>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  /** Whoever reads has had enough: what is left is not wanted. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.cancel();
    return Promise.resolve(done);
  }

  /** A piece has come. */
  push(chunk: Buffer): void {
    if (this.#over || chunk.length === 0) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#chunks.length === manyPieces) this.#chunks.push(Buffer.concat(this.#chunks.splice(0), this.#unreadBytes));
    if (!this.#paused && this.#unreadBytes >= fullBytes) this.#setPaused(true);
  }

  /** The body is complete. What was not read yet still is. */
  end(): void {
    if (this.#over) return;
    this.#finish(null);
    for (const reader of this.#readers.splice(0)) reader.resolve(done);
  }

  /** The body cannot go on. The exchange is over. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#finish(error);
    const [first, ...others] = this.#readers.splice(0);
    if (first === undefined) this.#failure = { error };
    else first.reject(error);
    for (const reader of others) reader.resolve(done);
  }

  /** Ends it from this side: the connection is given up, and what was not read is dropped. */
  stop(error: unknown): void {
    if (this.#over) return;
    this.#exchange.cancel();
    this.#drop();
    this.fail(error);
  }

  /** The same without an error: whoever reads on finds the end. */
  cancel(): void {
    this.#drop();
    this.#failure = null;
    if (this.#over) return;
    this.#exchange.cancel();
    this.end();
  }

  #drop(): void {
    this.#chunks.length = 0;
    this.#unreadBytes = 0;
  }

  #finish(error: unknown): void {
    this.#over = true;
    this.#owner.bodyOver(error);
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    if (this.#over) return;
    if (paused) this.#exchange.pause();
    else this.#exchange.resume();
    this.#owner.bodyPaused(paused);
  }
}
