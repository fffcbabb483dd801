// A streamed request body as undici pulls it: held to its length, told to stop when the exchange is over, and
// with errors of its own kind. undici itself leaves a source alone that it waits for when the exchange ends.
//
// Invariant: the source's iterator is returned once, unless it has come to its end.

import { BodySourceError, checkLength } from '../body-source.ts';
import type { BodySource } from '../body-source.ts';

type Piece = IteratorResult<Uint8Array>;

export class SentBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #sentBytes = 0;
  #isOver = false;
  /** Ends what undici waits for. */
  #giveUp: (reason: Error) => void = () => {};

  constructor(source: BodySource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Piece> {
    if (this.#isOver) throw new Error('the exchange is over');
    try {
      this.#pieces ??= this.#source.open();
      const piece = await this.#orGivenUp(this.#pieces.next());
      if (piece.done !== true) this.#sentBytes += piece.value.length;
      checkLength(this.#source.lengthBytes, this.#sentBytes, piece.done === true);
      if (piece.done === true) this.#isOver = true;
      return piece;
    } catch (error) {
      this.stop();
      throw new BodySourceError(error);
    }
  }

  return(): Promise<Piece> {
    this.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The exchange is over. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#giveUp(new Error('the exchange is over'));
    void this.#returnSource();
  }

  /** What a source says when it is told to stop, or throws, is of no interest to anyone. */
  async #returnSource(): Promise<void> {
    try {
      await this.#pieces?.return?.();
    } catch {}
  }

  #orGivenUp(piece: Promise<Piece>): Promise<Piece> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      piece.then(resolve, reject);
    });
  }
}
