// How many records the next mark of what was started covers. Whatever is covered and was not settled is in doubt after a
// crash, so it should be few; but a mark is a write, and must not be one for each record of a quick run.
//
// Invariant: marks come no more often than every few milliseconds, but for the few by which they grow.

/** More often than this costs time that is felt. */
const leastMs = 10;
const mostRecords = 1024;
/** Before it is known how quick the run is. */
const recordsAtFirst = 16;

export class StartedMarks {
  #records = recordsAtFirst;
  #lastMs = -Infinity;

  /** A mark is written now, for so many records. */
  next(nowMs: number): number {
    const isEarly = nowMs - this.#lastMs < leastMs;
    this.#records = isEarly ? Math.min(mostRecords, 2 * this.#records) : Math.max(1, this.#records >> 1);
    this.#lastMs = nowMs;
    return this.#records;
  }
}
