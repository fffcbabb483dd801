// Items on their way from those who make them to those who use them: a full queue makes the first wait, an empty one
// the others. It holds no task and knows none; what waits here is a promise in a line.
//
// Invariants: what was put is got once, in the order in which it was put, or is still there. Those who wait are served in
// the order in which they came. Nobody waits to get while there are items, nor to put while there is room.

import { shownAs } from './scopes/shown-as.ts';
import { ManyfetchError } from '../errors.ts';
import { badValue } from './bad-value.ts';
import { Fifo } from './containers/fifo.ts';
import { WaitingLine } from './limits/waiting-line.ts';

/** How to wait for something that others do. */
export interface WaitOptions {
  /** Gives up waiting when it aborts; the promise is rejected with its reason, and nothing else has changed. */
  readonly signal?: AbortSignal | undefined;
}

/** A queue at one moment. */
export interface QueueStatistics {
  readonly capacity: number;
  /** Items that wait to be got. */
  readonly size: number;
  /** Items that were put, and for which `taskDone` was not called yet. */
  readonly unfinished: number;
  /** How many wait in `get`. */
  readonly getting: number;
  /** How many wait in `put`. */
  readonly putting: number;
  readonly closed: boolean;
}

/**
 * A queue with room for so many items, between any number of those who put and those who get: the `Queue` of asyncio, with
 * `close` and `for await`. First in, first out, and who waits longest is served first. An item that is a promise or a task would be
 * awaited on its way: put it into an object.
 *
 * @example
 * import { Queue, scope } from 'manyfetch/concurrency';
 *
 * const queue = new Queue<number>(2);
 * await scope((s) => {
 *   s.spawn(async ({ signal }) => {
 *     for (const n of [1, 2, 3]) await queue.put(n, { signal }); // waits while two are in it
 *     queue.close();
 *   });
 *   s.spawn(async ({ signal }) => {
 *     for await (const n of queue.items({ signal })) console.log(n);
 *   });
 * });
 * // prints 1
 * // prints 2
 * // prints 3
 */
export class Queue<Item> {
  /** How many items have room. */
  readonly capacity: number;
  readonly #items = new Fifo<Item>();
  /** Each with the iterator that asks, if one does. */
  readonly #getters = new WaitingLine<Item, object | null>();
  readonly #putters = new WaitingLine<void, Item>();
  readonly #joiners = new WaitingLine<void, null>();
  #unfinished = 0;
  #closed = false;

  /**
   * @param capacity how many items have room: a whole number from 1 up, or Infinity if `put` shall never wait
   * @throws UsageError for any other value: 0, which is no limit in asyncio, would be no room here
   */
  constructor(capacity: number) {
    if (capacity !== Infinity && !(Number.isSafeInteger(capacity) && capacity > 0)) {
      const hint = 'A queue without a limit is `new Queue(Infinity)`; it can take all memory.';
      throw badValue('`capacity`', 'a whole number from 1 up, or Infinity', capacity, hint);
    }
    this.capacity = capacity;
  }

  /** How many items wait to be got. */
  get size(): number {
    return this.#items.length;
  }

  /** Whether nothing can be put any more. Items may still be there to be got. */
  get closed(): boolean {
    return this.#closed;
  }

  statistics(): QueueStatistics {
    return {
      capacity: this.capacity,
      size: this.#items.length,
      unfinished: this.#unfinished,
      getting: this.#getters.length,
      putting: this.#putters.length,
      closed: this.#closed,
    };
  }

  /**
   * Puts an item in, once there is room.
   *
   * @throws ManyfetchError `queue_closed` if the queue is closed, now or while this waits; the reason of the signal. The item is
   *   not in the queue then.
   */
  put(item: Item, options: WaitOptions = {}): Promise<void> {
    // Not async functions, this and the others: those would take turns to pass a promise on, and order could be lost.
    const { signal = null } = options;
    try {
      signal?.throwIfAborted();
      return this.tryPut(item) ? Promise.resolve() : this.#putters.join(item, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Puts an item in if there is room now.
   *
   * @returns whether it did
   * @throws ManyfetchError `queue_closed` if the queue is closed
   */
  tryPut(item: Item): boolean {
    if (this.#closed) throw closedError('nothing can be put');
    if (this.#items.length >= this.capacity) return false;
    this.#accept(item);
    return true;
  }

  /**
   * Takes the item that was put first, once there is one. What is in a closed queue can still be got.
   *
   * @throws ManyfetchError `queue_closed` if it is closed, and no item is left; the reason of the signal. No item is lost.
   */
  get(options: WaitOptions = {}): Promise<Item> {
    return this.#getFor(null, options);
  }

  #getFor(iterator: object | null, options: WaitOptions): Promise<Item> {
    const { signal = null } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#items.length > 0) return Promise.resolve(this.#takeFirst());
    if (this.#closed) return Promise.reject(closedError('no item is left'));
    return this.#getters.join(iterator, signal);
  }

  /** Takes the item that was put first, if there is one; else undefined. */
  tryGet(): Item | undefined {
    return this.#items.length > 0 ? this.#takeFirst() : undefined;
  }

  /**
   * Nothing more comes. Those who wait in `put` are rejected; what is in the queue can be got, then `for await` ends and `get`
   * is rejected. To close it again changes nothing.
   *
   * @param options `discard: true` throws away what is in it, and counts that as done
   */
  close(options: { readonly discard?: boolean } = {}): void {
    if (options.discard === true) {
      const { length } = this.#items;
      this.#items.clear();
      this.#finish(length);
    }
    this.#closed = true;
    this.#putters.dismissAll(closedError('nothing can be put'));
    this.#getters.dismissAll(closedError('no item is left'));
  }

  /**
   * The items, until the queue is closed and empty. Several may iterate over one queue: each item goes to one of them. Leaving
   * the loop leaves the queue as it is; a `next()` that still waits then ends, and takes nothing.
   *
   * @param options give the `signal` of a task, so that it can be cancelled while it waits for an item
   */
  items(options: WaitOptions = {}): AsyncIterableIterator<Item, undefined> {
    let left = false;
    const iterator: AsyncIterableIterator<Item, undefined> = {
      next: async () => {
        try {
          return left
            ? { done: true, value: undefined }
            : { done: false, value: await this.#getFor(iterator, options) };
        } catch (error) {
          if (!isClosedError(error)) throw error;
          return { done: true, value: undefined };
        }
      },
      return: () => {
        left = true;
        // An item that came later would be got by nobody.
        this.#getters.dismiss(iterator, closedError('the loop was left'));
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** As `items()`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Item, undefined> {
    return this.items();
  }

  /**
   * Says that what was to be done with an item is done; for `join`, and needed for nothing else.
   *
   * @throws UsageError if it is called more often than items were put
   */
  taskDone(): void {
    if (this.#unfinished === 0) throw badValue('`taskDone`', 'called once for each item', 'one call more');
    this.#finish(1);
  }

  /**
   * Waits until `taskDone` was called for every item that was put: the end of work in which those who get also put. Where
   * they do not, `close` and waiting for their scope is simpler.
   *
   * @throws the reason of the signal
   */
  join(options: WaitOptions = {}): Promise<void> {
    const { signal = null } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return this.#unfinished === 0 ? Promise.resolve() : this.#joiners.join(null, signal);
  }

  #accept(item: Item): void {
    this.#unfinished++;
    if (this.#getters.length > 0) this.#getters.admitFirst(item);
    else this.#items.push(item);
  }

  #finish(count: number): void {
    this.#unfinished -= count;
    if (this.#unfinished === 0) while (this.#joiners.length > 0) this.#joiners.admitFirst();
  }

  #takeFirst(): Item {
    const item = this.#items.shift() as Item;
    if (this.#putters.length > 0) {
      this.#accept(this.#putters.firstWish as Item);
      this.#putters.admitFirst();
    }
    return item;
  }
}

function closedError(consequence: string): ManyfetchError {
  return new ManyfetchError('queue_closed', `The queue was closed: ${consequence}`);
}

function isClosedError(error: unknown): boolean {
  return error instanceof ManyfetchError && error.code === 'queue_closed';
}

shownAs(Queue, 'Queue', (queue) => queue.statistics());
