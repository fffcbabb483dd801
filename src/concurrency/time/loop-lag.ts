// Measures how late timers fire: how long the event loop was blocked by work of this process, or how long
// the process did not get the processor. One timer; it lives until `stop`.

import type { Clock, TimerHandle } from '../clock.ts';

/** Between two looks. */
const stepMs = 100;
/** What is told covers so much time. */
const windowMs = 1_000;

export class LoopLag {
  readonly #clock: Clock;
  readonly #told: (medianMs: number, worstMs: number) => void;
  readonly #lateness: number[] = [];
  #windowStartMs = 0;
  #dueMs = 0;
  #timer: TimerHandle | null = null;

  /**
   * @param told - called each second with how late timers fired: the median, which one long pause does
   * not move, and the worst. Later than each second when the loop is blocked.
   */
  constructor(clock: Clock, told: (medianMs: number, worstMs: number) => void) {
    this.#clock = clock;
    this.#told = told;
  }

  /** Begins, if it has not. The process stays alive until `stop`. */
  start(): void {
    if (this.#timer !== null) return;
    this.#windowStartMs = this.#clock.now();
    this.#arm(this.#windowStartMs);
  }

  /** Ends. Nothing is told after it. */
  stop(): void {
    if (this.#timer === null) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#lateness.length = 0;
  }

  #arm(nowMs: number): void {
    this.#dueMs = nowMs + stepMs;
    this.#timer = this.#clock.setTimer(stepMs, this.#look);
  }

  readonly #look = (): void => {
    const nowMs = this.#clock.now();
    this.#lateness.push(Math.max(0, nowMs - this.#dueMs));
    this.#arm(nowMs);
    if (nowMs - this.#windowStartMs < windowMs - stepMs / 2) return;
    this.#windowStartMs = nowMs;
    this.#lateness.sort((left, right) => left - right);
    const medianMs = this.#lateness[(this.#lateness.length - 1) >> 1] ?? 0;
    const worstMs = this.#lateness.at(-1) ?? 0;
    this.#lateness.length = 0;
    this.#told(medianMs, worstMs);
  };
}
