// First in, first out, for any length, at O(1) an item and without links: a list and where its first item stands.
// It bounds nothing. `Array.shift` will not do: on a long list it moves all that is behind.

/** From so many empty places at the front on they are cut off, if they are half of the list. */
const worthCutting = 64;

export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The first one, which stays; undefined if there is none. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the first one; undefined if there is none. */
  shift(): Item | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.clear();
    } else if (this.#head >= worthCutting && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Nothing is left in it. */
  clear(): void {
    this.#items.length = 0;
    this.#head = 0;
  }
}
