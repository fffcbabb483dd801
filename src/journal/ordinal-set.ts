// A growing set of ordinals, one bit each: ten million take 1.25 MB.

export class OrdinalSet {
  #words = new Uint32Array(1024);
  #size = 0;
  #end = 0;

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /** One above the highest; 0 if it is empty. */
  get end(): number {
    return this.#end;
  }

  /** False if it was in it already. */
  add(ordinal: number): boolean {
    const word = Math.floor(ordinal / 32);
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    const bit = (1 << (ordinal % 32)) >>> 0;
    const before = this.#words[word] ?? 0;
    if ((before & bit) !== 0) return false;
    this.#words[word] = before | bit;
    this.#size++;
    if (ordinal >= this.#end) this.#end = ordinal + 1;
    return true;
  }

  has(ordinal: number): boolean {
    return (((this.#words[Math.floor(ordinal / 32)] ?? 0) >>> (ordinal % 32)) & 1) === 1;
  }
}
