// Keeps results in memory until the caller takes them, as they come or in the order of the source. It
// is where a slow caller slows the sending: what waits here is bounded, and the engine looks at that.
// Invariant: each settled result is given out once, or dropped with the queue.

import type { Recorder } from '../engine/recorder.ts';
import type { Result as SettledResult } from '../http/result.ts';
import { readableResult } from './result.ts';
import type { Result } from './result.ts';

/** Bodies that wait hold so much at most, besides those of what is in flight. */
const mostBytes = 64 * 2 ** 20;

export interface ResultQueueOptions {
  /** Give results in the order of the source. */
  readonly ordered: boolean;
  /** Results that may wait to be taken; with `ordered` as many more may wait for their turn. */
  readonly most: number;
  /** There is room again. */
  readonly onRoom: () => void;
}

export class ResultQueue implements Recorder {
  readonly #options: ResultQueueOptions;
  readonly #ready: SettledResult[] = [];
  #readyBytes = 0;
  /** By index: those that wait for an earlier one. */
  readonly #early = new Map<number, SettledResult>();
  #earlyBytes = 0;
  #turn = 0;
  readonly #callers: PromiseWithResolvers<IteratorResult<Result, undefined>>[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: ResultQueueOptions) {
    this.#options = options;
  }

  get isCongested(): boolean {
    return this.#ready.length >= this.#options.most || this.#readyBytes >= mostBytes;
  }

  /** What is under way goes on: one of it is waited for. */
  get isFull(): boolean {
    return this.#early.size >= this.#options.most || this.#earlyBytes >= mostBytes;
  }

  settle(result: SettledResult): void {
    if (!this.#options.ordered) {
      this.#give(result);
      return;
    }
    this.#early.set(result.index, result);
    this.#earlyBytes += bodyBytes(result);
    for (let next = this.#early.get(this.#turn); next !== undefined; next = this.#early.get(this.#turn)) {
      this.#early.delete(this.#turn++);
      this.#earlyBytes -= bodyBytes(next);
      this.#give(next);
    }
  }

  /** The next result. Callers are served in their order. */
  next(): Promise<IteratorResult<Result, undefined>> {
    const wasCongested = this.isCongested;
    const result = this.#ready.shift();
    if (result !== undefined) {
      this.#readyBytes -= bodyBytes(result);
      if (wasCongested && !this.isCongested) this.#options.onRoom();
      return Promise.resolve({ value: toResult(result), done: false });
    }
    if (this.#failure !== null) {
      const { error } = this.#failure;
      this.#failure = null;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    const caller: PromiseWithResolvers<IteratorResult<Result, undefined>> = Promise.withResolvers();
    this.#callers.push(caller);
    return caller.promise;
  }

  /** Nothing will be settled any more. A failure is told once, after the results that are ready. */
  end(failure: { readonly error: unknown } | null): void {
    this.#ended = true;
    this.#failure = failure;
    this.#early.clear();
    for (let caller = this.#callers.shift(); caller !== undefined; caller = this.#callers.shift())
      this.next().then(caller.resolve, caller.reject);
  }

  /** Drops what nobody wants any more. */
  discard(): void {
    this.#ready.length = 0;
    this.#readyBytes = 0;
    this.#early.clear();
    this.#failure = null;
  }

  /** Nothing here outlives the process: positions, marks and doubts are for journals. */
  batchBegins(): void {}
  opened(): void {}
  willSend(): void {}
  wasNotSent(): void {}
  isDoubtful(): boolean {
    return false;
  }

  #give(result: SettledResult): void {
    const caller = this.#callers.shift();
    if (caller !== undefined) {
      caller.resolve({ value: toResult(result), done: false });
      return;
    }
    this.#ready.push(result);
    this.#readyBytes += bodyBytes(result);
  }
}

/** Nothing is skipped here, since there is no map module. */
function toResult(result: SettledResult): Result {
  return readableResult(result) as Result;
}

function bodyBytes(result: SettledResult): number {
  return result.answer?.body.length ?? 0;
}
