// Where records come from: batches of a reader, one being used and one being read. It gives a record
// when one is at hand and says so when there is one again; it never waits itself.

import type { InputBatch, InputPosition, InputRecord } from '../input/reader.ts';

export interface FeedOptions {
  readonly batches: AsyncIterator<InputBatch>;
  /** Records from this index on are not given. */
  readonly endIndex: number;
  /** A record is at hand again, or the end is known. */
  readonly onReady: () => void;
  /** The input could not be closed. */
  readonly onError: (error: unknown) => void;
}

export class Feed {
  readonly #options: FeedOptions;
  #batch: readonly InputRecord[] = [];
  #at = 0;
  #following: InputBatch | null = null;
  #reading = false;
  #drained = false;
  /** What it came to when it has ended. If it broke off, what was read before is good, and still given. */
  outcome: { readonly kind: 'finished' } | { readonly kind: 'aborted'; readonly error: unknown } = { kind: 'finished' };
  /** Where the batch began that is being used. Changes when a record of the next one is given. */
  position: InputPosition | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#readAhead();
  }

  /** One above the last record that was read, and whether there are no more. */
  readAhead: { readonly end: number; readonly isAll: boolean } = { end: 0, isAll: false };

  /** Nothing will come any more. */
  get ended(): boolean {
    return this.#drained && this.#following === null && this.#at >= this.#batch.length;
  }

  /** The next record; null if none is at hand. */
  next(): InputRecord | null {
    while (this.#at >= this.#batch.length) {
      if (this.#following === null) {
        this.#readAhead();
        return null;
      }
      this.#batch = this.#following.records;
      this.position = this.#following.start;
      this.#following = null;
      this.#at = 0;
      this.#readAhead();
    }
    const record = this.#batch[this.#at++];
    if (record === undefined || record.index >= this.#options.endIndex) {
      this.stop();
      return null;
    }
    return record;
  }

  /** Gives nothing any more, and lets go of the input. */
  stop(): void {
    this.#batch = [];
    this.#at = 0;
    this.#following = null;
    if (this.#drained) return;
    this.#drained = true;
    this.#options.batches.return?.().catch(this.#options.onError);
  }

  #readAhead(): void {
    if (this.#reading || this.#drained || this.#following !== null) return;
    this.#reading = true;
    this.#options.batches.next().then(this.#onBatch, this.#onFailure);
  }

  readonly #onBatch = (next: IteratorResult<InputBatch>): void => {
    this.#reading = false;
    if (this.#drained) return;
    const { endIndex } = this.#options;
    if (next.done === true) {
      this.#drained = true;
      this.readAhead = { end: this.readAhead.end, isAll: true };
    } else {
      this.#following = next.value;
      const end = next.value.end.index;
      this.readAhead = { end: Math.min(end, endIndex), isAll: end >= endIndex };
    }
    this.#options.onReady();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#reading = false;
    this.#drained = true;
    this.outcome = { kind: 'aborted', error };
    this.#options.onReady();
  };
}
