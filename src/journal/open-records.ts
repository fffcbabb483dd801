// Which records are not settled: the ones below `read` that have no result in the output yet. Small at
// any time, since what is read ahead is bounded; with the position to read on from, it is all that a
// checkpoint needs.
// Invariant: ordinals come in ascending order; the position that is told lies at or before the earliest.

import type { Position } from './journal-entry.ts';
import { OrdinalSet } from './ordinal-set.ts';

export class OpenRecords {
  readonly #open: OrdinalSet;
  #read: number;
  /** Where batches began, of all batches that may hold an open record, and the one that is read now. */
  readonly #positions: Position[];

  /** Begins empty, or with what an earlier process left. */
  constructor(start: { read: number; open: Iterable<number>; position: Position }) {
    this.#read = start.read;
    this.#open = new OrdinalSet(start.open);
    this.#positions = [start.position];
  }

  /** Ordinals below it were read. */
  get read(): number {
    return this.#read;
  }

  /** The first open ordinal; null if none is open. */
  get earliest(): number | null {
    return this.#open.first;
  }

  /** The open ordinals, ascending. */
  [Symbol.iterator](): Iterator<number> {
    return this.#open[Symbol.iterator]();
  }

  /** A batch begins here. It is remembered until `position` is asked for: only who asks for that may tell. */
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
