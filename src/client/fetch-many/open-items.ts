// The items that were taken from the source and have no result yet, by their ordinal: what a result is given back
// with, and what is still to be answered for when the time is over.
// Invariant: it holds no more than the engine has read and not settled.

import type { Job } from '../../engine/job.ts';

export class OpenItems {
  readonly #items = new Map<number, unknown>();
  /** What became a request; kept only for those who will ask. */
  readonly #jobs = new Map<number, Job>();

  /** It was taken from the source. */
  read(index: number, item: unknown): void {
    this.#items.set(index, item);
  }

  /** A request was made of it. */
  planned(job: Job): void {
    this.#jobs.set(job.start.index, job);
  }

  /** It has a result: gives the item, and forgets it. */
  settle(index: number): unknown {
    const item = this.#items.get(index);
    this.#items.delete(index);
    this.#jobs.delete(index);
    return item;
  }

  jobOf(index: number): Job | null {
    return this.#jobs.get(index) ?? null;
  }

  /** All of them, in the order of the source, in which they came. */
  entries(): (readonly [index: number, item: unknown])[] {
    return [...this.#items];
  }
}
