// Calls back again and again, until it is ended. For what is told in passing: the next call is never earlier than
// a period after the last one began.

import type { Clock, TimerHandle } from '../../concurrency/clock.ts';

export class Ticker {
  readonly #periodMs: number;
  readonly #callback: () => void;
  readonly #clock: Clock;
  #timer: TimerHandle | null = null;

  constructor(periodMs: number, callback: () => void, clock: Clock) {
    this.#periodMs = periodMs;
    this.#callback = callback;
    this.#clock = clock;
    this.#arm();
  }

  end(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(this.#periodMs, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#arm();
    this.#callback();
  };
}
