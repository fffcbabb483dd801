// Pieces of a body until they are joined. A server may send its answer byte by byte, and a piece costs about a
// hundred bytes however little is in it: many small ones are joined on the way.
//
// Invariant: what is held is a small multiple of the bytes that have come, and each byte is copied twice at most.

/** So many pieces are looked at together. */
const manyPieces = 256;
/** Those are worth joining if they have no more than that. */
const smallBytes = 64 * 1024;

/** Gathers what comes in pieces. */
export class PieceList {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Since pieces were last looked at. */
  #newPieces = 0;
  #newBytes = 0;

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#newBytes += piece.length;
    if (++this.#newPieces < manyPieces) return;
    if (this.#newBytes <= smallBytes)
      this.#pieces.push(Buffer.concat(this.#pieces.splice(-manyPieces), this.#newBytes));
    this.#newPieces = 0;
    this.#newBytes = 0;
  }

  /** All of it. */
  joined(): Buffer {
    return Buffer.concat(this.#pieces, this.#bytes);
  }
}
