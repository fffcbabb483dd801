// How a call is stopped while it waits for something that knows nothing of it: a place, a hook, a token, a time. One
// thing at a time is waited for.
//
// Invariant: what was waited for is told of the end, or forgotten; no timer and no place in a line is left.

import type { Permit, PermitSource } from '../../concurrency/limits/permit-source.ts';
import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import type { TimerWheel } from '../../concurrency/time/timer-wheel.ts';

export class Interruption {
  readonly #wheel: TimerWheel;
  #stopped: { readonly reason: unknown } | null = null;
  #abort: ((reason: unknown) => void) | null = null;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  /** Why it was stopped; null: it was not. */
  get stopped(): { readonly reason: unknown } | null {
    return this.#stopped;
  }

  /** Whatever is waited for now, or later, throws this. Only the first reason counts. */
  stop(reason: unknown): void {
    if (this.#stopped !== null) return;
    this.#stopped = { reason };
    this.#abort?.(reason);
  }

  /** @throws the reason, if it was stopped */
  check(): void {
    if (this.#stopped !== null) throw this.#stopped.reason;
  }

  /**
   * Waits for a value that may never come. What becomes of it after a stop is nobody's business, also if that came first.
   *
   * @param timeoutMs 0: however long it takes
   * @param late makes what is thrown then
   */
  async waitFor<T>(value: T | PromiseLike<T>, timeoutMs = 0, late?: () => unknown): Promise<T> {
    const stopped = Promise.withResolvers<never>();
    const timeout = timeoutMs > 0 ? new Timeout({ onTimeout: () => stopped.reject(late?.()) }) : null;
    if (timeout !== null) this.#wheel.set(timeout, timeoutMs);
    this.#abort = stopped.reject;
    if (this.#stopped !== null) stopped.reject(this.#stopped.reason);
    try {
      return await Promise.race([stopped.promise, value]);
    } finally {
      this.#abort = null;
      if (timeout !== null) this.#wheel.clear(timeout);
    }
  }

  async pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timeout = new Timeout({ onTimeout: resolve });
    this.#wheel.set(timeout, ms);
    try {
      await this.waitFor(promise);
    } finally {
      this.#wheel.clear(timeout);
    }
  }

  /**
   * Waits in the line of a source of permits.
   *
   * @param timeoutMs 0: however long it takes
   * @param late makes what is thrown then
   */
  async acquire<Told>(source: PermitSource<Told>, timeoutMs: number, late: () => unknown): Promise<Permit<Told>> {
    this.check();
    const controller = new AbortController();
    const timeout = new Timeout({ onTimeout: () => controller.abort(late()) });
    if (timeoutMs > 0) this.#wheel.set(timeout, timeoutMs);
    this.#abort = (reason) => controller.abort(reason);
    try {
      return await source.acquire({ signal: controller.signal });
    } finally {
      this.#abort = null;
      this.#wheel.clear(timeout);
    }
  }
}
