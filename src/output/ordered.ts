// Holds lines back until all that belong before them are there: `--order input`. It keeps no file and
// no clock; how far ahead records may run is decided by who starts them, and `size` tells.
//
// Invariant: what `release` gives is in ascending order of index, over the life of the object, and
// no line is given twice or lost.

/**
 * The lowest index above `after` of which a line will come; Infinity if there is none. It leaves out
 * what is not part of the run (`--offset`, `--limit`) and what an earlier run has settled.
 */
export type NextExpected = (after: number) => number;

/**
 * Brings lines into the order of the input.
 * @example
 * const order = new Reorder((after) => after + 1);
 * order.push(1, 'b\n');
 * order.push(0, 'a\n');
 * order.release(); // 'a\nb\n'
 */
export class Reorder {
  readonly #nextExpected: NextExpected;
  readonly #held = new Map<number, string>();
  #heldBytes = 0;
  #expected: number;
  #ready = '';

  /** Asks `nextExpected` at once for the first index, with -1. */
  constructor(nextExpected: NextExpected) {
    this.#nextExpected = nextExpected;
    this.#expected = nextExpected(-1);
  }

  /** The index that everything held waits for; Infinity if no line is to come. */
  get expected(): number {
    return this.#expected;
  }

  /** Lines that wait for one before them. */
  get size(): number {
    return this.#held.size;
  }

  /** Their length in UTF-8. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the line of a record.
   * @throws RangeError if the index was not to come any more: its line has been given, or skipped.
   */
  push(index: number, line: string): void {
    if (index < this.#expected || this.#held.has(index)) {
      throw new RangeError(`the line of record ${index} came twice, or after it was skipped`);
    }
    if (index > this.#expected) {
      this.#held.set(index, line);
      this.#heldBytes += Buffer.byteLength(line);
      return;
    }
    this.#ready += line;
    this.#expected = this.#nextExpected(index);
    if (this.#held.size > 0) this.#advance();
  }

  /** No line below `index` will come any more: those held below it, and what follows without a gap, are ready. */
  skipTo(index: number): void {
    if (index <= this.#expected) return;
    this.#takeBelow(index);
    this.#expected = this.#nextExpected(index - 1);
    this.#advance();
  }

  /** The lines that are in order, and not given yet; '' if there are none. */
  release(): string {
    const ready = this.#ready;
    this.#ready = '';
    return ready;
  }

  /** All lines there are, over the gaps, because the run stops here and takes no more. Those for the gaps come behind them, from the run that resumes it. */
  drain(): string {
    this.#takeBelow(Number.POSITIVE_INFINITY);
    this.#expected = Number.POSITIVE_INFINITY;
    return this.release();
  }

  #advance(): void {
    while (this.#held.has(this.#expected)) {
      const index = this.#expected;
      this.#take(index);
      this.#expected = this.#nextExpected(index);
    }
  }

  #takeBelow(limit: number): void {
    const below = [...this.#held.keys()].filter((index) => index < limit);
    for (const index of below.toSorted((a, b) => a - b)) this.#take(index);
  }

  #take(index: number): void {
    const line = this.#held.get(index) ?? '';
    this.#held.delete(index);
    this.#heldBytes -= Buffer.byteLength(line);
    this.#ready += line;
  }
}
