// A function over the items of a source, so many at a time: what `mapOrdered` and `mapUnordered` share. It pulls, starts
// and gives out; whether a result waits for those before it is decided in one place, `#collect`.
//
// Invariants: at most `limit` items are worked on, and at most twice as many were pulled and their results not taken.
// The source is asked for one item at a time, and for none after the end, a failure or a cancellation; it is closed once
// then, after the work on its items has ended. What failed is thrown once.

import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledError } from '../../errors.ts';
import { badValue } from '../bad-value.ts';
import { closeSource } from './close-source.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { Fifo } from '../containers/fifo.ts';
import { pickedOptions } from '../scopes/picked-options.ts';
import { checkedMs } from '../scopes/scope-options.ts';
import { scope } from '../scope.ts';
import { IndexedContext } from './item-context.ts';
import type { ItemContext } from './item-context.ts';
import { iteratorOf } from './source-iterator.ts';
import type { Scope } from '../scope.ts';
import type { Task } from '../task.ts';

/** Where items come from. */
export type MapSource<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>;

/** How a function is mapped over a source. */
export interface MapOptions {
  /** Items worked on at the same time, at most: a whole number from 1 up. As many results may wait besides to be taken. */
  readonly limit: number;
  /** Cancels what is under way; what it waited for is thrown to whoever takes results: the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** For the whole, in milliseconds from the first result asked for. @default none */
  readonly deadlineMs?: number | undefined;
  /** Where the time comes from. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** What is done with each item. */
export type MapFunction<Item, Result> = (item: Item, context: ItemContext) => Result | PromiseLike<Result>;

/**
 * Results as they are made. Nothing begins before the first is asked for. Leaving a `for await` (or `return()`, or the end of an
 * `await using`) cancels what is under way, waits until that is over, and closes the source. Several results may be asked
 * for at once: `next()` need not be waited for.
 */
export interface MapStream<Result> extends AsyncIterableIterator<Result, undefined>, AsyncDisposable {
  return(): Promise<IteratorResult<Result, undefined>>;
  /** All that are left, in a list. */
  toArray(): Promise<Result[]>;
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class MappedSource<Item, Result> implements MapStream<Result> {
  readonly #source: MapSource<Item>;
  readonly #map: MapFunction<Item, Result>;
  readonly #options: MapOptions;
  readonly #ordered: boolean;
  readonly #clock: Clock;
  #iterator: Iterator<Item> | AsyncIterator<Item> | null = null;
  #scope: Scope | null = null;
  /** Resolved when nothing more will be started; rejected by what the source throws. */
  readonly #pulled: PromiseWithResolvers<void> = Promise.withResolvers();
  #pulling: 'not yet' | 'on' | 'closed' | 'exhausted' = 'not yet';
  #asking = false;
  #filling = false;
  /** In the async context (AsyncLocalStorage) in which the map was made: no item sees that of another. */
  readonly #inContext = AsyncLocalStorage.snapshot();
  #index = 0;
  #running = 0;
  /** Tasks whose results nobody has taken: with order all that were started, without it those that are done. */
  readonly #untaken = new Fifo<Task<Result>>();
  readonly #takers = new Fifo<PromiseWithResolvers<IteratorResult<Result, undefined>>>();
  #ended: Promise<void> | null = null;
  #isOver = false;
  /** Nobody wants results any more. */
  #isLeft = false;
  #failure: { readonly error: unknown } | null = null;
  // Made once, not for each item.
  readonly #settled = (task: Task<Result>): void => this.#collect(task);
  readonly #answered = (step: IteratorResult<Item>): void => {
    this.#asking = false;
    if (typeof step !== 'object' || step === null) {
      this.#sourceFailed(new TypeError(`The source gave ${String(step)} where { done, value } belongs`));
      return;
    }
    if (this.#pulling === 'on' || step.done === true) this.#take(step);
    this.#fill();
  };
  readonly #pull = (iterator: Iterator<Item> | AsyncIterator<Item>): void => {
    while (this.#pulling === 'on' && !this.#asking && this.#hasRoom()) {
      try {
        const step = iterator.next();
        if ('then' in step) this.#await(step);
        else this.#take(step);
      } catch (error) {
        this.#sourceFailed(error);
      }
    }
  };
  readonly #sourceFailed = (error: unknown): void => {
    this.#asking = false;
    this.#pulling = 'exhausted';
    this.#pulled.reject(error);
  };

  constructor(source: MapSource<Item>, map: MapFunction<Item, Result>, options: MapOptions, ordered: boolean) {
    const { limit, deadlineMs = Infinity, clock = systemClock } = options;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      const hint = 'It says how many items are worked on at the same time: `{ limit: 20 }`.';
      throw badValue('`limit`', 'a whole number from 1 up', limit, hint);
    }
    checkedMs('`deadlineMs`', deadlineMs);
    if (typeof map !== 'function') throw badValue('`map`', 'a function', map);
    if (!isSource(source)) throw badValue('`source`', 'an iterable, an async iterable or a ReadableStream', source);
    this.#source = source;
    this.#map = map;
    this.#options = options;
    this.#ordered = ordered;
    this.#clock = clock;
  }

  next(): Promise<IteratorResult<Result, undefined>> {
    this.#ended ??= this.#run();
    if (this.#isLeft) return this.#ended.then(() => over);
    const taker: PromiseWithResolvers<IteratorResult<Result, undefined>> = Promise.withResolvers();
    this.#takers.push(taker);
    this.#give();
    this.#fill();
    return taker.promise;
  }

  async return(): Promise<IteratorResult<Result, undefined>> {
    this.#ended ??= Promise.resolve();
    this.#pulling = this.#pulling === 'exhausted' ? 'exhausted' : 'closed';
    this.#isLeft = true;
    this.#scope?.cancel(new CancelledError('Cancelled, since nobody wants the results any more'));
    await this.#ended;
    this.#untaken.clear();
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
    return over;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async toArray(): Promise<Result[]> {
    const results: Result[] = [];
    for await (const result of this) results.push(result);
    return results;
  }

  /** From the first item that is asked for to the end of all that was begun. It never rejects. */
  async #run(): Promise<void> {
    const errors: unknown[] = [];
    try {
      // The body is called at once, so that whoever leaves right after the first `next()` finds a scope to cancel.
      await scope((within) => this.#open(within), { ...pickedOptions(this.#options), limit: Infinity });
      // By the function, which can by its context: else the results would end as if the source had.
      if (this.#scope?.cancelled === true && !this.#isLeft) throw this.#scope.signal.reason;
    } catch (error) {
      errors.push(error);
    }
    try {
      if (this.#iterator !== null && this.#pulling !== 'exhausted')
        await closeSource(this.#iterator, this.#asking, this.#clock);
    } catch (error) {
      errors.push(error);
    }
    if (errors.length > 0) this.#failure = { error: errors.length === 1 ? errors[0] : bothErrors(errors) };
    this.#isOver = true;
    this.#give();
  }

  #open(within: Scope): Promise<void> {
    this.#scope = within;
    this.#iterator = iteratorOf(this.#source);
    this.#pulling = 'on';
    within.signal.addEventListener('abort', () => this.#stopPulling(), { once: true });
    if (within.cancelled) this.#stopPulling();
    this.#fill();
    return this.#pulled.promise;
  }

  #stopPulling(): void {
    if (this.#pulling === 'on') this.#pulling = 'closed';
    this.#pulled.resolve();
  }

  /** Pulls and starts while there is room. Work that ends while it is started does not get in here a second time. */
  #fill(): void {
    if (this.#iterator === null || this.#filling || this.#asking) return;
    this.#filling = true;
    this.#inContext(this.#pull, this.#iterator);
    this.#filling = false;
  }

  #hasRoom(): boolean {
    const { limit } = this.#options;
    const untaken = this.#ordered ? this.#untaken.length : this.#untaken.length + this.#running;
    return this.#running < limit && untaken < 2 * limit;
  }

  #await(step: Promise<IteratorResult<Item>>): void {
    this.#asking = true;
    step.then(this.#answered, this.#sourceFailed);
  }

  #take(step: IteratorResult<Item>): void {
    const { value } = step;
    if (step.done === true) {
      this.#pulling = 'exhausted';
      this.#pulled.resolve();
      return;
    }
    const index = this.#index++;
    this.#running++;
    const task = (this.#scope as Scope).spawn((context) => this.#map(value, new IndexedContext(index, context)));
    if (this.#ordered) this.#untaken.push(task);
    task.onDone(this.#settled);
  }

  #collect(task: Task<Result>): void {
    this.#running--;
    if (task.state !== 'done') this.#stopPulling();
    else if (!this.#ordered) this.#untaken.push(task);
    this.#give();
    this.#fill();
  }

  /** Gives results to those who wait for them, and after the end what failed, once. */
  #give(): void {
    const untaken = this.#untaken;
    while (this.#takers.length > 0 && untaken.first?.state === 'done')
      this.#takers.shift()?.resolve({ done: false, value: (untaken.shift() as Task<Result>).result });
    if (!this.#isOver || this.#takers.length === 0) return;
    untaken.clear();
    if (this.#failure !== null) this.#takers.shift()?.reject(this.#failure.error);
    this.#failure = null;
    while (this.#takers.length > 0) this.#takers.shift()?.resolve(over);
  }
}

function isSource(source: unknown): boolean {
  if (typeof source === 'string') return true;
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

function bothErrors(errors: readonly unknown[]): AggregateError {
  return new AggregateError(errors, 'The map failed, and so did closing its source', { cause: errors[0] });
}
