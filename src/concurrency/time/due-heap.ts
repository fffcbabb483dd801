// What is due at a time, earliest first: a binary heap. Things that are due at the same time come
// out in the order in which they went in.

interface Entry<T> {
  readonly dueMs: number;
  readonly sequence: number;
  readonly value: T;
}

export class DueHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #sequence = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the earliest is due; Infinity if there is none. */
  get nextMs(): number {
    return this.#entries[0]?.dueMs ?? Infinity;
  }

  push(value: T, dueMs: number): void {
    const entries = this.#entries;
    const entry = { dueMs, sequence: this.#sequence++, value };
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !comesBefore(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  /** Takes the earliest, if it is due. */
  popDue(nowMs: number): T | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#removeFirst();
    return first.value;
  }

  #removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let at = 0;
    for (;;) {
      const left = entries[2 * at + 1];
      if (left === undefined) break;
      const right = entries[2 * at + 2];
      const child = right !== undefined && comesBefore(right, left) ? right : left;
      if (!comesBefore(child, last)) break;
      entries[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    entries[at] = last;
  }
}

function comesBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
