// One moment in the future. Timers of Node fire at once if they are to wait for longer than 25 days, so that a
// long wait is made of several. It must be cleared by whoever does not need it any more.

import type { Clock, TimerHandle } from '../clock.ts';
import { longestTimerMs } from './longest-timer.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #atMs: number;
  readonly #ring: () => void;
  #timer: TimerHandle | null = null;

  /** @param delayMs Infinity: never, and nothing is set; a time that has passed: as soon as the clock can */
  constructor(clock: Clock, delayMs: number, ring: () => void) {
    this.#clock = clock;
    this.#atMs = clock.now() + delayMs;
    this.#ring = ring;
    if (delayMs !== Infinity) this.#set(delayMs);
  }

  clear(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #set(delayMs: number): void {
    if (delayMs <= longestTimerMs) {
      this.#timer = this.#clock.setTimer(Math.max(0, delayMs), () => {
        this.#timer = null;
        this.#ring();
      });
    } else {
      this.#timer = this.#clock.setTimer(longestTimerMs, () => this.#set(this.#atMs - this.#clock.now()));
    }
  }
}
