// A set of ordinals, one bit each: ten million take 1.25 MB. Memory is taken page by page, and given
// back when a page is empty, so that an ordinal that is far off, as an edited file may hold, costs one
// page. Adding and taking out cost O(1) and make no garbage, as a Set would (see concurrency/containers/bag.ts).
//
// Invariant: of the pages that are kept, one at most is empty. It is kept since the next ordinal is most
// likely one of that page, or needs another page.

const wordsPerPage = 1024;
const ordinalsPerPage = wordsPerPage * 32;

interface Page {
  readonly words: Uint32Array;
  size: number;
}

export class OrdinalSet {
  readonly #pages = new Map<number, Page>();
  /** The page that was left empty last. */
  #left = -1;
  #size = 0;
  #end = 0;

  constructor(ordinals: Iterable<number> = []) {
    for (const ordinal of ordinals) this.add(ordinal);
  }

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /** One above the highest that ever was in it; 0 if none was. */
  get end(): number {
    return this.#end;
  }

  /** The lowest; null if it is empty. */
  get first(): number | null {
    let lowest = Infinity;
    for (const [number, { size }] of this.#pages) if (size > 0 && number < lowest) lowest = number;
    const page = this.#pages.get(lowest);
    if (page === undefined) return null;
    const word = page.words.findIndex((bits) => bits !== 0);
    return lowest * ordinalsPerPage + word * 32 + lowestBit(page.words[word] ?? 0);
  }

  /** False if it was in it already. */
  add(ordinal: number): boolean {
    const page = this.#pageFor(Math.floor(ordinal / ordinalsPerPage));
    const word = (ordinal % ordinalsPerPage) >>> 5;
    const bit = 1 << (ordinal % 32);
    const before = page.words[word] ?? 0;
    if ((before & bit) !== 0) return false;
    page.words[word] = before | bit;
    page.size++;
    this.#size++;
    if (ordinal >= this.#end) this.#end = ordinal + 1;
    return true;
  }

  /** Takes it out; `end` stays. */
  delete(ordinal: number): void {
    const number = Math.floor(ordinal / ordinalsPerPage);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    const word = (ordinal % ordinalsPerPage) >>> 5;
    const bit = 1 << (ordinal % 32);
    const before = page.words[word] ?? 0;
    if ((before & bit) === 0) return;
    page.words[word] = before & ~bit;
    page.size--;
    this.#size--;
    if (page.size > 0 || number === this.#left) return;
    this.#takeLeft();
    this.#left = number;
  }

  has(ordinal: number): boolean {
    const page = this.#pages.get(Math.floor(ordinal / ordinalsPerPage));
    if (page === undefined) return false;
    return (((page.words[(ordinal % ordinalsPerPage) >>> 5] ?? 0) >>> (ordinal % 32)) & 1) === 1;
  }

  /** Ascending. It must not be changed meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    for (const [number, { words }] of [...this.#pages].sort(([a], [b]) => a - b)) {
      for (const [word, all] of words.entries()) {
        for (let bits = all; bits !== 0; bits &= bits - 1) yield number * ordinalsPerPage + word * 32 + lowestBit(bits);
      }
    }
  }

  #pageFor(number: number): Page {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    const page = this.#takeLeft() ?? { words: new Uint32Array(wordsPerPage), size: 0 };
    this.#pages.set(number, page);
    return page;
  }

  /** Takes out the page that was left empty, if it still is. */
  #takeLeft(): Page | null {
    const page = this.#pages.get(this.#left);
    if (page === undefined || page.size > 0) return null;
    this.#pages.delete(this.#left);
    return page;
  }
}

/** The place of the lowest bit that is set, of 32. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
