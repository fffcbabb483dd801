// An unordered collection for what comes and goes all the time. Adding and taking out cost O(1) and make
// nothing: an item knows its place, and the last one moves into the gap.
//
// A Set will not do on a hot path. It makes a new table every so often, and each old table points to
// the next one; once one of them has reached V8's old generation, each keeps its successor, and what
// that held, alive until a full collection: a third of all garbage was promoted that way.

/** What can be in a bag, one at a time. */
export interface Bagged {
  /** Its place in the bag; -1 outside of any. */
  bagIndex: number;
}

export class Bag<Item extends Bagged> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Puts an item in that is in no bag. */
  add(item: Item): void {
    item.bagIndex = this.#items.push(item) - 1;
  }

  /** Takes an item out; one that is in no bag is left as it is. */
  delete(item: Item): void {
    const { bagIndex } = item;
    if (bagIndex < 0) return;
    item.bagIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#items[bagIndex] = last;
    last.bagIndex = bagIndex;
  }

  /** What is in it now, as a list of its own. */
  toArray(): Item[] {
    return [...this.#items];
  }
}
