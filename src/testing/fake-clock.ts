// A clock that stands still until a test moves it. Timers fire in the order of their time.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';

interface FakeTimer {
  readonly atMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 0;
  #sequence = 0;
  readonly #timers = new Set<FakeTimer>();

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    this.#timers.delete(handle as FakeTimer);
  }

  soon(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer fires, on this clock; Infinity if there is none. */
  get nextMs(): number {
    return this.#earliest()?.atMs ?? Infinity;
  }

  /** Moves time forward, firing on the way what is due. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const next = this.#earliest();
      if (next === null || next.atMs > untilMs) break;
      this.#nowMs = next.atMs;
      this.#timers.delete(next);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  #earliest(): FakeTimer | null {
    let found: FakeTimer | null = null;
    for (const timer of this.#timers) {
      if (found === null || timer.atMs < found.atMs || (timer.atMs === found.atMs && timer.sequence < found.sequence))
        found = timer;
    }
    return found;
  }
}
