// What gives permits, and the line of those who wait for one. The protocol is that of the Governor of TC39's
// concurrency control proposal (stage 1: acquire, with, wrap, wrapIterator, disposable permits), plus
// `tryAcquire`. Subclasses say when there is a permit; they know of no promise, timer or line.
//
// Invariants: a permit that was taken is given back at most once. Nobody overtakes. At most one timer is set,
// for the first of the line. A signal that aborts costs no permit.

import { badValue } from '../bad-value.ts';
import { systemClock } from '../clock.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { longestTimerMs } from '../time/longest-timer.ts';
import { WaitingLine } from './waiting-line.ts';

/** What is left of a wait by rounding may be too little to move a clock. */
const shortestTimerMs = 0.001;

/** How a permit is asked for. */
export interface AcquireOptions {
  /**
   * What it takes, in the units of the source.
   * @default 1
   */
  readonly cost?: number | undefined;
  /** Leaves the line when it aborts. Once the permit was given it changes nothing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The right to do one thing. Whoever has it gives it back, with `release()` or `using`; one that is dropped without that is
 * gone for good, and nothing can find it. Where a function fits, `with` and `wrap` cannot forget.
 *
 * @typeParam Told what its source wants to hear when it comes back
 */
export interface Permit<Told = never> extends Disposable {
  /** What was taken for it. */
  readonly cost: number;
  /**
   * Gives the permit back. Only the first call, of this or of `[Symbol.dispose]`, has an effect: so a permit that `using` will
   * give back can be given back earlier (ECMA-262, Disposable: a second call should not throw).
   */
  release(told?: Told): void;
}

/**
 * What gives permits: a `Semaphore`, a `RateLimit`, a gate of a `Governor`, or one of your own.
 *
 * The protocol is that of the Governor in https://github.com/tc39/proposal-concurrency-control.
 *
 * @example A source of one's own
 * import { PermitSource } from 'manyfetch';
 *
 * class Bytes extends PermitSource {
 *   free = 1000;
 *   protected tryTake(_nowMs: number, cost: number) {
 *     if (cost > this.free) return Infinity; // until something comes back; a number is milliseconds to wait
 *     this.free -= cost;
 *     return 0;
 *   }
 *   protected giveBack(_nowMs: number, cost: number) {
 *     this.free += cost;
 *   }
 * }
 *
 * const bytes = new Bytes();
 * console.log(await bytes.with(() => bytes.free, { cost: 600 }), bytes.free); // prints 400 1000
 */
export abstract class PermitSource<Told = never> {
  readonly #clock: Clock;
  readonly #line = new WaitingLine<Permit<Told>>(() => this.letIn());
  /** Called by permits, once each. */
  readonly #takeBack = (permit: HeldPermit<Told>, told: Told | undefined): void => {
    const nowMs = this.#clock.now();
    try {
      this.giveBack(nowMs, permit.cost, nowMs - permit.takenMs, told);
    } finally {
      this.letIn();
    }
  };
  #timer: TimerHandle | null = null;
  #timerMs = Infinity;

  /** @param clock where the time comes from; the machine's by default */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * Takes a permit if there is one. 0: it was taken. Else nothing was, and it is after how many milliseconds to ask again;
   * Infinity: when a permit has come back, or after `letIn`.
   */
  protected abstract tryTake(nowMs: number, cost: number): number;

  /**
   * A permit comes back.
   * @param cost what was taken for it
   * @param heldMs how long it was held
   * @param told what its holder said, if anything
   */
  protected abstract giveBack(nowMs: number, cost: number, heldMs: number, told: Told | undefined): void;

  /** What to tell when a function that was run with a permit has ended, and the permit was not given back yet. */
  protected judge(_threw: boolean, _value: unknown): Told | undefined {
    return undefined;
  }

  /** @throws UsageError if nobody can ask for this */
  protected checkCost(cost: number): void {
    if (!Number.isFinite(cost) || cost < 0) throw badValue('`cost`', 'a number from 0 up', cost);
  }

  /** Gives permits to those whose turn it is. Called by itself when a permit comes back; else when something has changed. */
  protected letIn(): void {
    const line = this.#line;
    if (line.length > 0) {
      const nowMs = this.#clock.now();
      do {
        const firstCost = line.firstWish ?? 0;
        const waitMs = this.tryTake(nowMs, firstCost);
        if (waitMs > 0) {
          this.#wakeAt(nowMs + waitMs, waitMs);
          return;
        }
        line.admitFirst(new HeldPermit(firstCost, nowMs, this.#takeBack));
      } while (line.length > 0);
    }
    this.#wakeAt(Infinity, Infinity);
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Waits for a permit. First come, first served.
   *
   * @throws the reason of the signal; UsageError if nobody can ask for this cost
   * @example
   * import { Semaphore } from 'manyfetch';
   *
   * const source = new Semaphore(2);
   * {
   *   using permit = await source.acquire({ signal: AbortSignal.timeout(1000) });
   *   console.log(permit.cost, source.statistics().taken); // prints 1 1
   * }
   * console.log(source.statistics().taken); // prints 0
   */
  acquire(options: AcquireOptions = {}): Promise<Permit<Told>> {
    // Not an async function: that would take turns to pass a promise on, and who comes later could go on earlier.
    const { cost = 1, signal = null } = options;
    try {
      signal?.throwIfAborted();
      const permit = this.tryAcquire(cost);
      if (permit !== null) return Promise.resolve(permit);
    } catch (error) {
      return Promise.reject(error);
    }
    const turn = this.#line.join(cost, signal);
    if (this.#line.length === 1) this.letIn();
    return turn;
  }

  /**
   * Takes a permit at once, or none: there is none now, or others wait for it.
   *
   * @throws UsageError if nobody can ask for this cost
   */
  tryAcquire(cost = 1): Permit<Told> | null {
    this.checkCost(cost);
    if (this.#line.length > 0) return null;
    const nowMs = this.#clock.now();
    return this.tryTake(nowMs, cost) > 0 ? null : new HeldPermit(cost, nowMs, this.#takeBack);
  }

  /**
   * Runs a function with a permit, which is given back when the function has ended, however it ends.
   *
   * @throws what the function throws, and as `acquire`
   * @example
   * import { Semaphore } from 'manyfetch';
   *
   * const source = new Semaphore(1);
   * const sums = await Promise.all([1, 2, 3].map((n) => source.with(async () => n + n)));
   * console.log(sums); // prints [ 2, 4, 6 ]
   */
  async with<R>(fn: (permit: Permit<Told>) => R, options: AcquireOptions = {}): Promise<Awaited<R>> {
    const permit = await this.acquire(options);
    const { signal } = options;
    // It may have aborted after the permit was given, and before this line was reached.
    if (signal?.aborted === true) {
      permit.release();
      throw signal.reason;
    }
    let told: Told | undefined;
    try {
      const value = await fn(permit);
      told = this.judge(false, value);
      return value;
    } catch (error) {
      told = this.judge(true, error);
      throw error;
    } finally {
      permit.release(told);
    }
  }

  /**
   * The same function, each call of which waits for a permit first and gives it back at its end.
   *
   * @example
   * import { Semaphore } from 'manyfetch';
   *
   * const oneAtATime = new Semaphore(1).wrap(async (name: string) => name.toUpperCase());
   * console.log(await Promise.all([oneAtATime('a'), oneAtATime('b')])); // prints [ 'A', 'B' ]
   */
  wrap<This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options: AcquireOptions = {},
  ): (this: This, ...args: Args) => Promise<Awaited<R>> {
    const run = (call: () => R): Promise<Awaited<R>> => this.with(call, options);
    return function wrapped(this: This, ...args: Args): Promise<Awaited<R>> {
      return run(() => fn.apply(this, args));
    };
  }

  /**
   * The same values, each of which is pulled with a permit. The permit covers the making of a value, not what is done with it.
   *
   * @example
   * import { RateLimit } from 'manyfetch';
   *
   * async function* pages() {
   *   yield 'first';
   *   yield 'second';
   * }
   * for await (const page of new RateLimit('100/s').wrapIterator(pages())) console.log(page);
   * // prints first
   * // prints second
   */
  wrapIterator<T, Sent = unknown>(
    iterator: Iterator<T, unknown, Sent> | AsyncIterator<T, unknown, Sent>,
    options: AcquireOptions = {},
  ): AsyncIterableIterator<Awaited<T>, unknown, Sent> {
    const pull = async (sent: [] | [Sent]): Promise<IteratorResult<Awaited<T>, unknown>> => {
      const step = await iterator.next(...sent);
      return step.done === true ? step : { done: false, value: await step.value };
    };
    const wrapped: AsyncIterableIterator<Awaited<T>, unknown, Sent> = {
      next: (...sent) => this.with(() => pull(sent), options),
      return: async (value) => {
        await iterator.return?.();
        return { done: true, value: await value };
      },
      [Symbol.asyncIterator]: () => wrapped,
    };
    return wrapped;
  }

  /** Sets the timer of the first in the line; one that fires earlier does as well. */
  #wakeAt(atMs: number, waitMs: number): void {
    if (this.#timer !== null) {
      if (this.#timerMs <= atMs && atMs !== Infinity) return;
      this.#clock.clearTimer(this.#timer);
      this.#timer = null;
    }
    if (waitMs === Infinity) return;
    this.#timerMs = atMs;
    this.#timer = this.#clock.setTimer(Math.max(shortestTimerMs, Math.min(waitMs, longestTimerMs)), () => {
      this.#timer = null;
      this.letIn();
    });
  }
}

/** A permit that someone holds. */
class HeldPermit<Told> implements Permit<Told> {
  readonly cost: number;
  readonly takenMs: number;
  #takeBack: ((permit: HeldPermit<Told>, told: Told | undefined) => void) | null;

  constructor(cost: number, takenMs: number, takeBack: (permit: HeldPermit<Told>, told: Told | undefined) => void) {
    this.cost = cost;
    this.takenMs = takenMs;
    this.#takeBack = takeBack;
  }

  release(told?: Told): void {
    const takeBack = this.#takeBack;
    this.#takeBack = null;
    takeBack?.(this, told);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
