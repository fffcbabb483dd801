// Results in the order of the input: a line waits until all before it are there. How far the run may
// get ahead of the earliest open record is bounded.

import type { Result } from '../../http/result.ts';

/** A result that waits for its turn, or has got it. */
export interface HeldLine {
  readonly index: number;
  readonly result: Result['result'];
  readonly line: string;
}

const mostLines = 10_000;
const mostChars = 64 * 1024 * 1024;

export class OrderedLines {
  readonly #isExpected: (index: number) => boolean;
  readonly #held = new Map<number, HeldLine>();
  #heldChars = 0;
  #next: number;

  /** `isExpected`: a line will come for this record; false for what is settled, or not part of the run. */
  constructor(isExpected: (index: number) => boolean) {
    this.#isExpected = isExpected;
    this.#next = this.#from(0);
  }

  /** The record whose line is waited for. */
  get next(): number {
    return this.#next;
  }

  /** So much waits that no further record should be read. What is under way must go on: one of it is waited for. */
  get isFull(): boolean {
    return this.#held.size >= mostLines || this.#heldChars >= mostChars;
  }

  /** Takes a line; true if it has its turn, and `release` has something to give. */
  push(index: number, result: Result['result'], line: string): boolean {
    this.#held.set(index, { index, result, line });
    this.#heldChars += line.length;
    return index === this.#next;
  }

  /** The lines that have their turn. Each is given once. */
  *release(): Generator<HeldLine> {
    for (let held = this.#held.get(this.#next); held !== undefined; held = this.#held.get(this.#next)) {
      this.#held.delete(held.index);
      this.#heldChars -= held.line.length;
      this.#next = this.#from(held.index + 1);
      yield held;
    }
  }

  #from(index: number): number {
    let next = index;
    while (!this.#isExpected(next)) next++;
    return next;
  }
}
