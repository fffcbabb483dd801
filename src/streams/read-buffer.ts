// Bytes that came and were not taken yet, in one piece, so that they can be searched. It knows no socket and no limit.
//
// Invariant: what was given away is never written to again: bytes are only ever added behind the last one, and a piece
// that has no room left is replaced.

export class ReadBuffer {
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds what came. The chunk is ours from here on. */
  push(chunk: Buffer): void {
    if (this.length === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    // A chunk that was adopted ends where its bytes end: there is never room in it that is somebody else's.
    if (this.#end + chunk.length > this.#bytes.length) this.#move(this.length + chunk.length);
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  #move(needed: number): void {
    const wider = Buffer.allocUnsafeSlow(needed * 2);
    this.#bytes.copy(wider, 0, this.#start, this.#end);
    this.#end = this.length;
    this.#start = 0;
    this.#bytes = wider;
  }

  /** Where some bytes are first found, from a place on; -1: nowhere. */
  indexOf(sought: Uint8Array, from: number): number {
    return this.#bytes.subarray(this.#start, this.#end).indexOf(sought, from);
  }

  /** A copy of the first bytes, which stay. */
  peek(count: number): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(this.#start, this.#start + Math.min(count, this.length)));
  }

  /** The first bytes, at most so many. A small part is copied, so that who keeps it does not keep all. */
  take(count: number): Uint8Array {
    const taken = Math.min(count, this.length);
    const { buffer, byteOffset } = this.#bytes;
    const piece =
      taken * 2 < this.#bytes.length ? this.peek(taken) : new Uint8Array(buffer, byteOffset + this.#start, taken);
    this.#start += taken;
    if (this.length === 0) this.clear();
    return piece;
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#start = 0;
    this.#end = 0;
  }
}
