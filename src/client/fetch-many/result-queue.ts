// Keeps results in memory until the caller takes them, as they come or in the order of the source. It
// is where a slow caller, or a slow callback, slows the sending: what is here is bounded, and the engine looks at that.
// Invariants: each settled result is given out once, or dropped with the queue; the end comes after all callbacks.

import type { Recorder } from '../../engine/recorder.ts';
import type { Result as SettledResult } from '../../http/result.ts';
import type { OpenItems } from './open-items.ts';
import type { ResultCallbacks } from './result-callbacks.ts';
import { ReadableResult } from '../result.ts';

/** Bodies that wait hold so much at most, besides those of what is in flight. */
const mostBytes = 64 * 2 ** 20;

export interface ResultQueueOptions {
  /** Give results in the order of the source. */
  readonly ordered: boolean;
  /** Results that may wait to be taken, or for callbacks; with `ordered` as many more may wait for their turn. */
  readonly most: number;
  readonly callbacks: ResultCallbacks;
  readonly items: OpenItems;
  /** There is room again. */
  readonly onRoom: () => void;
  /** The caller will see this result. */
  readonly onResult: (result: ReadableResult) => void;
  /** A callback threw what ends it all. */
  readonly onFailure: (error: unknown) => void;
  /** Nothing will come any more; the caller has not been told yet. */
  readonly onOver: () => void;
}

type Caller = PromiseWithResolvers<IteratorResult<ReadableResult, undefined>>;

export class ResultQueue implements Recorder {
  readonly #options: ResultQueueOptions;
  readonly #ready: ReadableResult[] = [];
  /** What is ready, and what callbacks have been called with and are not done with. */
  #held = 0;
  #heldBytes = 0;
  #handling = 0;
  /** By index: those that wait for an earlier one. */
  readonly #early = new Map<number, ReadableResult>();
  #earlyBytes = 0;
  #turn = 0;
  readonly #callers: Caller[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  /** What a callback threw. */
  #fault: { readonly error: unknown } | null = null;
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: ResultQueueOptions) {
    this.#options = options;
  }

  get isCongested(): boolean {
    return this.#held >= this.#options.most || this.#heldBytes >= mostBytes;
  }

  /** What is under way goes on: one of it is waited for. */
  get isFull(): boolean {
    return this.#early.size >= this.#options.most || this.#earlyBytes >= mostBytes;
  }

  settle(settled: SettledResult): void {
    const { callbacks, items } = this.#options;
    const result = new ReadableResult(settled, items.settle(settled.index));
    this.#held++;
    this.#heldBytes += ReadableResult.bytesOf(result);
    if (callbacks.isEmpty) this.#arrive(result);
    else this.#handle(callbacks, result);
  }

  /** The next result. Callers are served in their order. */
  next(): Promise<IteratorResult<ReadableResult, undefined>> {
    const result = this.#ready.shift();
    if (result !== undefined) {
      this.#leave(result);
      return Promise.resolve({ value: result, done: false });
    }
    if (!this.#isOver) {
      const caller: Caller = Promise.withResolvers();
      this.#callers.push(caller);
      return caller.promise;
    }
    const failure = this.#fault ?? this.#failure;
    this.#fault = null;
    this.#failure = null;
    return failure === null ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(failure.error);
  }

  /** Nothing will be settled any more. A failure is told once, after the results that are ready. */
  end(failure: { readonly error: unknown } | null): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#endIfOver();
  }

  /** A callback threw what is nobody's failure: it is told as the end is. */
  fail(error: unknown): void {
    this.#fault ??= { error };
    this.#options.onFailure(error);
  }

  /** Settles when it has ended, and no callback is under way. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Drops what nobody wants any more. @returns what a callback threw and nobody was told */
  discard(): { readonly error: unknown } | null {
    const fault = this.#fault;
    this.#ready.length = 0;
    this.#held = 0;
    this.#heldBytes = 0;
    this.#early.clear();
    this.#failure = null;
    this.#fault = null;
    return fault;
  }

  /** Nothing here outlives the process: positions, marks and doubts are for journals. */
  batchBegins(): void {}
  opened(): void {}
  willSend(): void {}
  wasNotSent(): void {}
  isDoubtful(): boolean {
    return false;
  }

  get #isOver(): boolean {
    return this.#ended && this.#handling === 0;
  }

  #endIfOver(): void {
    if (!this.#isOver) return;
    this.#options.onOver();
    this.#early.clear();
    this.#over.resolve();
    for (let caller = this.#callers.shift(); caller !== undefined; caller = this.#callers.shift())
      this.next().then(caller.resolve, caller.reject);
  }

  #handle(callbacks: ResultCallbacks, result: ReadableResult): void {
    this.#handling++;
    try {
      const given = callbacks.apply(result);
      if (given instanceof ReadableResult) this.#handled(given);
      else given.then(this.#handled, (error: unknown) => this.#fail(error, result));
    } catch (error) {
      this.#fail(error, result);
    }
  }

  readonly #handled = (result: ReadableResult): void => {
    this.#handling--;
    this.#arrive(result);
    // Others may have waited for its turn: there may be room even if it is not taken.
    this.#options.onRoom();
    this.#endIfOver();
  };

  #fail(error: unknown, result: ReadableResult): void {
    this.#handling--;
    this.#leave(result);
    this.fail(error);
    this.#endIfOver();
  }

  #arrive(result: ReadableResult): void {
    this.#options.onResult(result);
    if (!this.#options.ordered) {
      this.#give(result);
      return;
    }
    this.#early.set(result.index, result);
    this.#earlyBytes += ReadableResult.bytesOf(result);
    this.#leave(result);
    for (let next = this.#early.get(this.#turn); next !== undefined; next = this.#early.get(this.#turn)) {
      const bytes = ReadableResult.bytesOf(next);
      this.#early.delete(this.#turn++);
      this.#earlyBytes -= bytes;
      this.#held++;
      this.#heldBytes += bytes;
      this.#give(next);
    }
  }

  #give(result: ReadableResult): void {
    const caller = this.#callers.shift();
    if (caller === undefined) {
      this.#ready.push(result);
      return;
    }
    this.#leave(result);
    caller.resolve({ value: result, done: false });
  }

  #leave(result: ReadableResult): void {
    const wasCongested = this.isCongested;
    this.#held--;
    this.#heldBytes -= ReadableResult.bytesOf(result);
    if (wasCongested && !this.isCongested) this.#options.onRoom();
  }
}
