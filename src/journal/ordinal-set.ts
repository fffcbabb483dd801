// A growing set of ordinals, one bit each: ten million take 1.25 MB. Memory is taken page by page, so
// that an ordinal that is far off, as an edited file may hold, costs one page.

const wordsPerPage = 1024;
const ordinalsPerPage = wordsPerPage * 32;

export class OrdinalSet {
  readonly #pages = new Map<number, Uint32Array>();
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
    const number = Math.floor(ordinal / ordinalsPerPage);
    let page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, (page = new Uint32Array(wordsPerPage)));
    const word = (ordinal % ordinalsPerPage) >>> 5;
    const bit = (1 << (ordinal % 32)) >>> 0;
    const before = page[word] ?? 0;
    if ((before & bit) !== 0) return false;
    page[word] = before | bit;
    this.#size++;
    if (ordinal >= this.#end) this.#end = ordinal + 1;
    return true;
  }

  /** Takes it out; `end` stays. */
  delete(ordinal: number): void {
    if (!this.has(ordinal)) return;
    const page = this.#pages.get(Math.floor(ordinal / ordinalsPerPage));
    const word = (ordinal % ordinalsPerPage) >>> 5;
    if (page !== undefined) page[word] = (page[word] ?? 0) & ~(1 << (ordinal % 32));
    this.#size--;
  }

  has(ordinal: number): boolean {
    const page = this.#pages.get(Math.floor(ordinal / ordinalsPerPage));
    if (page === undefined) return false;
    return (((page[(ordinal % ordinalsPerPage) >>> 5] ?? 0) >>> (ordinal % 32)) & 1) === 1;
  }
}
