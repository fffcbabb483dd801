// Finds threads that a hook blocks for longer than a call may take, and has all that is in them cancelled, upon which their pool
// ends them. A hook that only waits is not its business: it is timed in its own thread.
//
// Invariant: a call is late only if its hook was seen to be called so long ago; what merely stands behind it is not.

import type { Clock, TimerHandle } from '../../concurrency/clock.ts';
import type { Task } from '../../concurrency/task.ts';

interface Watched {
  readonly place: number;
  readonly task: Pick<Task<unknown>, 'cancel'>;
  /** When its hook was first seen to be called. */
  calledMs: number | null;
}

/** It is looked that many times while a call may go on, */
const looks = 10;
/** but no more often than this. */
const leastMs = 50;

export class BlockedThreads {
  /** Why a call that takes too long is cancelled. */
  readonly lateness = new Error('it took too long');
  /** Why those that share its thread are. */
  readonly company = new Error('the hook of another record blocked its thread');
  readonly #marks: Int32Array;
  readonly #timeoutMs: number;
  readonly #everyMs: number;
  readonly #clock: Clock;
  readonly #watched = new Map<number, Watched>();
  #timer: TimerHandle | null = null;

  /** @param marks for each place 0, the id of the thread in which its call is, or that below zero if the hook was called */
  constructor(marks: Int32Array, timeoutMs: number | null, clock: Clock) {
    this.#marks = marks;
    this.#timeoutMs = timeoutMs ?? Infinity;
    this.#everyMs = Math.max(leastMs, this.#timeoutMs / looks);
    this.#clock = clock;
  }

  watch(place: number, task: Watched['task']): void {
    if (this.#timeoutMs === Infinity) return;
    this.#watched.set(place, { place, task, calledMs: null });
    this.#timer ??= this.#clock.setTimer(this.#everyMs, () => this.#look());
  }

  forget(place: number): void {
    this.#watched.delete(place);
  }

  stop(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#watched.clear();
  }

  #look(): void {
    this.#timer = null;
    const nowMs = this.#clock.now();
    const blocked = new Set<number>();
    for (const call of this.#watched.values()) {
      const mark = this.#marks[call.place] ?? 0;
      if (mark >= 0) continue;
      call.calledMs ??= nowMs;
      if (this.#isLate(call, nowMs)) blocked.add(-mark);
    }
    if (blocked.size > 0) this.#cancel(blocked, nowMs);
    if (this.#watched.size > 0) this.#timer = this.#clock.setTimer(this.#everyMs, () => this.#look());
  }

  #cancel(blocked: ReadonlySet<number>, nowMs: number): void {
    for (const call of this.#watched.values()) {
      const mark = this.#marks[call.place] ?? 0;
      // Of one that no thread has taken yet nobody knows where it is: it is sent again, be it in a thread that is blocked or not.
      if (mark === 0 || blocked.has(Math.abs(mark)))
        call.task.cancel(this.#isLate(call, nowMs) ? this.lateness : this.company);
    }
  }

  /** A little later than the thread itself would say so, if it were not blocked. */
  #isLate({ calledMs }: Watched, nowMs: number): boolean {
    return calledMs !== null && nowMs - calledMs > this.#timeoutMs + this.#everyMs;
  }
}
