// What is due later, and the one timer that wakes the engine for the earliest of it.

import { longestTimerMs } from '../concurrency/time/longest-timer.ts';
import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import { DueHeap } from '../concurrency/time/due-heap.ts';

export class Agenda<T> {
  readonly #heap = new DueHeap<T>();
  readonly #clock: Clock;
  readonly #wake: () => void;
  #timer: TimerHandle | null = null;
  #timerMs = Infinity;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  add(item: T, atMs: number): void {
    this.#heap.push(item, atMs);
  }

  /** Takes what is due, earliest first. */
  take(nowMs: number): T | undefined {
    return this.#heap.popDue(nowMs);
  }

  /** Sees to it that the engine is woken when the earliest is due. */
  arm(): void {
    const nextMs = this.#heap.nextMs;
    if (nextMs === this.#timerMs) return;
    this.disarm();
    this.#timerMs = nextMs;
    if (nextMs !== Infinity) this.#timer = this.#clock.setTimer(waitMs(nextMs - this.#clock.now()), this.#onTimer);
  }

  disarm(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerMs = Infinity;
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.#timerMs = Infinity;
    this.#wake();
  };
}

/** What is due later than a timer can wait is looked at again then. */
function waitMs(leftMs: number): number {
  return Math.min(longestTimerMs, Math.max(0, Math.ceil(leftMs)));
}
