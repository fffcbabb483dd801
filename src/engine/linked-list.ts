// What waits for one thing, first come first served: a list whose links its items hold, so that coming and
// going make nothing. An item stands in one list at a time.

/** What can stand in a list: a link of it. */
export interface Linked<Self> {
  nextInList: Self | null;
}

export class LinkedList<Item extends Linked<Item>> {
  size = 0;
  first: Item | null = null;
  #last: Item | null = null;

  push(item: Item): void {
    item.nextInList = null;
    if (this.#last === null) this.first = item;
    else this.#last.nextInList = item;
    this.#last = item;
    this.size++;
  }

  /** Before all others. */
  pushFirst(item: Item): void {
    item.nextInList = this.first;
    this.first = item;
    this.#last ??= item;
    this.size++;
  }

  shift(): Item | null {
    const item = this.first;
    if (item === null) return null;
    this.first = item.nextInList;
    if (this.first === null) this.#last = null;
    item.nextInList = null;
    this.size--;
    return item;
  }
}
