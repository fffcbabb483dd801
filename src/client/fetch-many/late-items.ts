// Answers for what is late when the time of a call is over: one result for each item that was read and has none,
// as there is room for it.
// Invariant: the engine has ended before, so that nobody else settles any of them.

import type { Clock } from '../../concurrency/clock.ts';
import { failedResult, unknownResult, unsentResult } from '../../engine/settlement.ts';
import type { Job } from '../../engine/job.ts';
import type { Recorder } from '../../engine/recorder.ts';
import type { Result } from '../../http/result.ts';
import type { Planner } from '../../plan/planner.ts';
import { isOnce } from '../../retry/decide.ts';
import type { RetryPolicy } from '../../retry/decide.ts';
import { DeadlineError } from '../../errors.ts';
import type { OpenItems } from './open-items.ts';

export interface LateItemsParts {
  readonly items: OpenItems;
  /** What the source still has, if it is a list: read without being sent. */
  readonly rest: Iterable<readonly [index: number, item: unknown]>;
  /** Then the source has nothing more. */
  readonly isWhole: boolean;
  readonly recorder: Recorder;
  readonly planner: Planner;
  readonly policy: Pick<RetryPolicy, 'delivery'>;
  readonly totalTimeoutMs: number;
  readonly clock: Clock;
}

export class LateItems {
  readonly #parts: LateItemsParts;
  readonly #late: Iterator<readonly [index: number, item: unknown]>;
  readonly #done: PromiseWithResolvers<void> = Promise.withResolvers();
  #isGiving = false;
  #isOver = false;

  constructor(parts: LateItemsParts) {
    this.#parts = parts;
    this.#late = inTurn(parts.items.entries(), parts.rest);
  }

  /**
   * Settles when each has its result, or nobody wants them any more.
   * @throws DeadlineError when each has one, and the source was not at its end
   */
  finish(): Promise<void> {
    this.give();
    return this.#done.promise;
  }

  /** There may be room. */
  give(): void {
    // What is settled makes room, and whoever makes room says so.
    if (this.#isGiving || this.#isOver) return;
    this.#isGiving = true;
    try {
      while (!this.#isOver && !this.#parts.recorder.isCongested) {
        const next = this.#late.next();
        if (next.done === true) this.#end();
        else this.#parts.recorder.settle(this.#resultOf(...next.value));
      }
    } catch (error) {
      this.#isOver = true;
      this.#done.reject(error);
    }
    this.#isGiving = false;
  }

  stop(): void {
    this.#isOver = true;
    this.#done.resolve();
  }

  #end(): void {
    this.#isOver = true;
    if (this.#parts.isWhole) {
      this.#done.resolve();
      return;
    }
    const message = `${this.#limit} were over before the source was at its end`;
    const hint = 'Each item that was taken from it has a result; the rest was not read.';
    this.#done.reject(new DeadlineError(message, { hint }));
  }

  #resultOf(index: number, item: unknown): Result {
    const { clock, items } = this.#parts;
    const job = items.jobOf(index);
    return job === null ? this.#unplanned(index, item) : this.#planned(job, clock.now(), clock.wallNow());
  }

  #planned(job: Job, monotonicMs: number, wallMs: number): Result {
    const at = { monotonicMs, wallMs };
    const mayHaveArrived = job.exchange !== null && job.mayHaveLeft;
    if (mayHaveArrived && isOnce(job.start.request.method, this.#parts.policy)) {
      const message = `no answer came back in ${this.#limit}; with at-most-once it is not sent again`;
      return unknownResult(job, message, at);
    }
    const { attempts } = job;
    const what = attempts === 0 ? 'not sent' : `no success after ${attempts} attempt${attempts === 1 ? '' : 's'}`;
    return failedResult(job, null, 'deadline', `${what} in ${this.#limit}`, at);
  }

  /** It was read ahead, or is read only now: whether a request can be made of it is found out all the same. */
  #unplanned(index: number, item: unknown): Result {
    const { clock, planner } = this.#parts;
    const planned = planner.plan({ index, value: item });
    const unsent = unsentResult(index, null, null, clock.wallNow());
    if (planned instanceof Promise || planned.kind === 'skip') return unsent;
    if (planned.kind === 'bad') return unsentResult(index, planned.id, planned.error, clock.wallNow());
    const { method, shownUrl: url } = planned.request;
    const error = { code: 'deadline', message: `not sent in ${this.#limit}` } as const;
    return { ...unsent, id: planned.id, method, url, result: 'failed', error };
  }

  get #limit(): string {
    return `the ${this.#parts.totalTimeoutMs / 1000} s of \`totalTimeoutMs\``;
  }
}

function* inTurn<T>(first: Iterable<T>, then: Iterable<T>): Generator<T, undefined> {
  yield* first;
  yield* then;
}
