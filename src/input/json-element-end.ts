// Finds where an element of a JSON array ends, on bytes, without parsing it: depth of brackets and
// strings with their escapes are all that is looked at. Can stop at any byte and go on with more.

const quote = 34;
const comma = 44;
const backslash = 92;

/** Looks for the `,` or closing bracket behind one element. */
export class JsonElementEnd {
  #depth = 0;
  #inString = false;
  /** The string has begun with a backslash that was the last byte seen. */
  #escaped = false;

  /** Whether a bracket or string is open. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#inString;
  }

  /** Gets ready for the next element. */
  reset(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Where in `bytes`, from `start` on, the element's end stands; -1 if it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.#inString) {
        at = this.#passString(bytes, at, end);
        continue;
      }
      const byte = bytes[at];
      if (byte === quote) this.#inString = true;
      else if (byte === 123 || byte === 91) this.#depth++;
      else if (byte === 125 || byte === 93) {
        if (this.#depth === 0) return at;
        this.#depth--;
      } else if (byte === comma && this.#depth === 0) return at;
      at++;
    }
    return -1;
  }

  #passString(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#inString = false;
        return at + 1;
      }
      if (byte === backslash && ++at === end) this.#escaped = true;
    }
    return end;
  }
}
