// Which records are not settled: the ones below `read` that have no result in the output yet. Small at
// any time, since what is read ahead is bounded; with the position to read on from, it is all that a
// checkpoint needs.
// Invariant: ordinals come in ascending order, so that the first of the set is the earliest.

import type { Position } from './journal-entry.ts';

export class OpenRecords {
  readonly #open: Set<number>;
  #read: number;
  /** Where batches began, of all batches that may hold an open record, and the one that is read now. */
  readonly #positions: Position[];

  /** Begins empty, or with what an earlier process left. `open` ascends. */
  constructor(start: { read: number; open: Iterable<number>; position: Position }) {
    this.#read = start.read;
    this.#open = new Set(start.open);
    this.#positions = [start.position];
  }

  /** Ordinals below it were read. */
  get read(): number {
    return this.#read;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The first open ordinal; null if none is open. */
  get earliest(): number | null {
    const first = this.#open.values().next();
    return first.done === true ? null : first.value;
  }

  has(index: number): boolean {
    return this.#open.has(index);
  }

  /** The open ordinals, ascending. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.#open.values();
  }

  /** A batch begins here. */
  batchBegins(position: Position): void {
    const last = this.#positions.at(-1);
    if (last === undefined || position.index > last.index) this.#positions.push(position);
  }

  /** The record was read. Those between it and the one before were left out on purpose. */
  opened(index: number): void {
    if (index >= this.#read) {
      this.#read = index + 1;
      this.#open.add(index);
    }
  }

  /** Its result stands in the output. */
  settled(index: number): void {
    this.#open.delete(index);
  }

  /** Where to read on so that no open record is missed. Forgets what lies before. */
  position(): Position {
    const from = this.earliest ?? this.#read;
    let at = 0;
    while ((this.#positions[at + 1]?.index ?? Infinity) <= from) at++;
    this.#positions.splice(0, at);
    const [first] = this.#positions;
    if (first === undefined) throw new Error('no position is known');
    return first;
  }
}
