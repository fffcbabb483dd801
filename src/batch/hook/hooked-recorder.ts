// A recorder that has a hook look at each result before it is recorded. It bounds how many hooks are under way, and holds up
// the sending while too many are. It must not know what a hook does, or where.
//
// Invariants: each result that it is given is recorded once, with what the hook gave, with what it threw, or as given up; but none
// after `abandon`. A hook that answers at once costs no promise.

import { Fifo } from '../../concurrency/containers/fifo.ts';
import type { Recorder } from '../../engine/recorder.ts';
import type { Result } from '../../http/result.ts';
import type { InputPosition } from '../../input/reader.ts';
import type { SourceRecord } from '../../plan/planner.ts';
import type { HookEnd, RecordHook } from './record-hook.ts';
import { withHookEnd } from './with-hook-end.ts';

export interface HookedRecorderOptions {
  readonly recorder: Recorder;
  readonly hook: RecordHook;
  /** Gives the record of a result, once. */
  readonly takeRecord: (index: number) => SourceRecord | null;
  /** Told each result as it is recorded. */
  readonly onRecorded: (result: Result) => void;
  readonly onFailure: (error: unknown) => void;
  /** Requests may be started again. */
  readonly onRoom: () => void;
}

/** A result whose hook has not ended. */
interface Pending {
  readonly record: SourceRecord | null;
  readonly result: Result;
}

const notEnded: HookEnd = { problem: 'the hook had not ended when the run was stopped' };
const notCalled: HookEnd = { problem: 'the hook had not been called when the run was stopped' };

export class HookedRecorder implements Recorder {
  readonly #options: HookedRecorderOptions;
  readonly #recorder: Recorder;
  readonly #running = new Set<Pending>();
  readonly #waiting = new Fifo<Pending>();
  /** No hook is called or waited for any more. */
  #isOver = false;
  #allEnded: PromiseWithResolvers<void> | null = null;

  constructor(options: HookedRecorderOptions) {
    this.#options = options;
    this.#recorder = options.recorder;
  }

  /** Results whose hooks have not ended. */
  get open(): number {
    return this.#running.size + this.#waiting.length;
  }

  /** So many that no request should be started. */
  get isHolding(): boolean {
    return this.open >= this.#options.hook.concurrency;
  }

  get isCongested(): boolean {
    return this.#recorder.isCongested || this.isHolding;
  }

  get isFull(): boolean {
    return this.#recorder.isFull;
  }

  batchBegins(position: InputPosition): void {
    this.#recorder.batchBegins(position);
  }

  opened(index: number): void {
    this.#recorder.opened(index);
  }

  willSend(indexes: readonly number[]): void {
    this.#recorder.willSend(indexes);
  }

  wasNotSent(index: number): void {
    this.#recorder.wasNotSent(index);
  }

  isDoubtful(index: number): boolean {
    return this.#recorder.isDoubtful(index);
  }

  settle(result: Result): void {
    const pending = { record: this.#options.takeRecord(result.index), result };
    if (this.#running.size < this.#options.hook.concurrency) this.#call(pending);
    else this.#waiting.push(pending);
  }

  /** Resolves when all hooks have ended. */
  async quiet(): Promise<void> {
    if (this.open === 0) return;
    this.#allEnded ??= Promise.withResolvers();
    await this.#allEnded.promise;
  }

  /** Records what waits for its hook without it. What was answered must not be lost, and not be sent again. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      for (const { result } of this.#running) this.#record(result, notEnded);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#record(next.result, notCalled);
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.abandon();
  }

  /** Nothing can be recorded any more: what waits for its hook stays without a result. */
  abandon(): void {
    this.#isOver = true;
    this.#running.clear();
    this.#waiting.clear();
    this.#allEnded?.resolve();
  }

  #call(pending: Pending): void {
    const { hook } = this.#options;
    const end = hook.call(pending.record, pending.result);
    if (!(end instanceof Promise)) {
      this.#record(pending.result, end);
    } else if (this.#isOver) {
      // It was what the hook itself did that ended the run.
      this.#record(pending.result, notEnded);
    } else {
      this.#running.add(pending);
      void end.then((how) => this.#ended(pending, how));
    }
  }

  #ended(pending: Pending, end: HookEnd): void {
    const wasHolding = this.isHolding;
    if (!this.#running.delete(pending)) return;
    try {
      this.#record(pending.result, end);
      while (!this.#isOver && this.#running.size < this.#options.hook.concurrency) {
        const next = this.#waiting.shift();
        if (next === undefined) break;
        this.#call(next);
      }
    } catch (error) {
      this.#options.onFailure(error);
    }
    if (wasHolding && !this.isHolding) this.#options.onRoom();
    if (this.open === 0) this.#allEnded?.resolve();
  }

  #record(result: Result, end: HookEnd): void {
    const recorded = withHookEnd(result, end);
    this.#recorder.settle(recorded);
    this.#options.onRecorded(recorded);
  }
}
