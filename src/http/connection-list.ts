// A stack of connections that can carry one more exchange: last in, first out, so that the
// connection used last (the warmest, the least likely to have been closed) is used next and those
// at the bottom grow old. Every operation is O(1), removal from the middle included.
//
// Invariant: a connection is in one list at most, and `listed` says whether it is.

/** What a list needs of its members: the links are the list's, nobody else writes them. */
export interface Listed<T> {
  listed: boolean;
  above: T | null;
  below: T | null;
}

/** An intrusive doubly linked stack. */
export class ConnectionList<T extends Listed<T>> {
  top: T | null = null;
  bottom: T | null = null;
  size = 0;

  push(item: T): void {
    if (item.listed) return;
    item.listed = true;
    item.above = null;
    item.below = this.top;
    if (this.top === null) this.bottom = item;
    else this.top.above = item;
    this.top = item;
    this.size++;
  }

  remove(item: T): void {
    if (!item.listed) return;
    item.listed = false;
    if (item.above === null) this.top = item.below;
    else item.above.below = item.below;
    if (item.below === null) this.bottom = item.above;
    else item.below.above = item.above;
    item.above = null;
    item.below = null;
    this.size--;
  }
}
