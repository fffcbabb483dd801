// Reads a source for the engine, a few items ahead and no more. An async source is asked for one item at
// a time; what has come until the engine looks is handed over together.
// Invariant: at most one call to the source is under way, and after `return` there is no further one.

import type { Clock } from '../../concurrency/clock.ts';
import { closeSource } from '../../concurrency/sources/close-source.ts';
import { iteratorOf } from '../../concurrency/sources/source-iterator.ts';
import type { InputBatch, InputPosition } from '../../input/reader.ts';
import type { Source } from '../request-input.ts';

type Batch = IteratorResult<InputBatch, undefined>;

export class SourceBatches implements AsyncIterator<InputBatch, undefined> {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #isAsync: boolean;
  readonly #onRead: (index: number, item: unknown) => void;
  #items: unknown[] = [];
  /** Of the first of `#items`, and of what comes next. */
  #index = 0;
  #nextIndex = 0;
  #asking = false;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  #waiting: PromiseWithResolvers<Batch> | null = null;
  #closed: Promise<void> | null = null;

  /**
   * @param most items that are read ahead of a batch
   * @param onRead told each item that was taken from the source
   */
  constructor(source: Source, most: number, clock: Clock, onRead: (index: number, item: unknown) => void = ignore) {
    this.#most = most;
    this.#clock = clock;
    this.#onRead = onRead;
    this.#isAsync = Symbol.asyncIterator in source;
    this.#iterator = iteratorOf<unknown>(source);
  }

  next(): Promise<Batch> {
    if (!this.#isAsync) this.#readSync(this.#iterator as Iterator<unknown>);
    if (this.#items.length === 0 && !this.#ended) {
      const waiting: PromiseWithResolvers<Batch> = Promise.withResolvers();
      this.#waiting = waiting;
      this.#ask();
      return waiting.promise;
    }
    const batch = this.#handOver();
    if (this.#isAsync) this.#ask();
    return batch;
  }

  /** Ends the source, unless it has ended by itself. Never rejects; `closed` tells how it went. */
  async return(): Promise<Batch> {
    if (!this.#ended) this.#closed = closeSource(this.#iterator, this.#asking, this.#clock);
    this.#ended = true;
    await this.#closed?.catch(() => undefined);
    return { value: undefined, done: true };
  }

  /** The source has no more, or broke. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads on by itself, one item after another: for what is not to be sent any more. */
  rest(): Iterable<readonly [index: number, item: unknown]> {
    if (this.#isAsync || this.#ended) return [];
    this.#ended = true;
    return this.#readOn();
  }

  *#readOn(): Generator<readonly [index: number, item: unknown], undefined> {
    const iterator = this.#iterator as Iterator<unknown>;
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      const index = this.#nextIndex++;
      this.#onRead(index, next.value);
      yield [index, next.value];
    }
  }

  /** Settles when the source is closed; rejects with what it threw at that. */
  get closed(): Promise<void> {
    return this.#closed ?? Promise.resolve();
  }

  #readSync(iterator: Iterator<unknown>): void {
    try {
      while (this.#items.length < this.#most && !this.#ended) this.#take(iterator.next());
    } catch (error) {
      this.#fail(error);
    }
  }

  #ask(): void {
    if (this.#asking || this.#ended || this.#items.length >= this.#most) return;
    this.#asking = true;
    try {
      // A source may be written by hand and give its results as they are.
      Promise.resolve((this.#iterator as AsyncIterator<unknown>).next()).then(this.#onItem, this.#onFailure);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  readonly #onItem = (item: IteratorResult<unknown>): void => {
    this.#asking = false;
    if (this.#ended) return;
    try {
      this.#take(item);
    } catch (error) {
      // A source that is written by hand may give what is no result of an iterator.
      this.#fail(error);
    }
    this.#answer();
    this.#ask();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#asking = false;
    if (this.#ended) return;
    this.#fail(error);
    this.#answer();
  };

  #take(item: IteratorResult<unknown>): void {
    if (item.done === true) {
      this.#ended = true;
      return;
    }
    this.#items.push(item.value);
    this.#onRead(this.#nextIndex++, item.value);
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#items = [];
    this.#failure = { error };
  }

  #answer(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#handOver().then(waiting.resolve, waiting.reject);
  }

  #handOver(): Promise<Batch> {
    if (this.#failure !== null) {
      const { error } = this.#failure;
      this.#failure = null;
      return Promise.reject(error);
    }
    if (this.#items.length === 0) return Promise.resolve({ value: undefined, done: true });
    const start = positionOf(this.#index);
    const records = this.#items.map((value) => {
      const index = this.#index++;
      return { kind: 'record', index, line: index + 1, text: '', value } as const;
    });
    this.#items = [];
    return Promise.resolve({ value: { records, start, end: positionOf(this.#index) }, done: false });
  }
}

function ignore(): void {}

/** A source has ordinals only. */
function positionOf(index: number): InputPosition {
  return { index, line: index + 1, byte: 0 };
}
