// Those who wait for a permit, first come, first served. Joining, leaving and being cancelled cost O(1) each,
// however long the line is and however many wait with one signal. It decides nothing: whoever keeps the line
// says when the first one's turn has come.
//
// Invariant: who is in the line is settled exactly once, by leaving it.

import { Bag } from './bag.ts';
import type { Bagged } from './bag.ts';

/** One who waits. */
interface Waiter<Value> extends Bagged {
  readonly cost: number;
  readonly signal: AbortSignal | null;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
  previous: Waiter<Value> | null;
  next: Waiter<Value> | null;
}

/** All who wait with the same signal. An event target looks at all its listeners when one is added, so it gets one. */
interface SignalGroup<Value> {
  readonly waiters: Bag<Waiter<Value>>;
  readonly abort: () => void;
}

export class WaitingLine<Value> {
  #first: Waiter<Value> | null = null;
  #last: Waiter<Value> | null = null;
  #length = 0;
  readonly #groups = new Map<AbortSignal, SignalGroup<Value>>();
  readonly #afterCancel: () => void;

  /** @param afterCancel called when some have left by their signal: another one may be first now */
  constructor(afterCancel: () => void) {
    this.#afterCancel = afterCancel;
  }

  get length(): number {
    return this.#length;
  }

  /** What the first one wants. */
  get firstCost(): number {
    return this.#first?.cost ?? 0;
  }

  /**
   * Joins at the end. The promise is resolved by `admitFirst`, or rejected with the reason of the signal.
   * @param signal one that is not aborted yet
   */
  join(cost: number, signal: AbortSignal | null): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const previous = this.#last;
      const waiter: Waiter<Value> = { cost, signal, resolve, reject, previous, next: null, bagIndex: -1 };
      if (previous === null) this.#first = waiter;
      else previous.next = waiter;
      this.#last = waiter;
      this.#length++;
      if (signal !== null) this.#groupOf(signal).waiters.add(waiter);
    });
  }

  /** The first one leaves the line with this. */
  admitFirst(value: Value): void {
    const waiter = this.#first;
    if (waiter === null) return;
    this.#unlink(waiter);
    const { signal } = waiter;
    const group = signal === null ? undefined : this.#groups.get(signal);
    if (signal !== null && group !== undefined) {
      group.waiters.delete(waiter);
      if (group.waiters.size === 0) this.#dissolve(signal, group);
    }
    waiter.resolve(value);
  }

  #groupOf(signal: AbortSignal): SignalGroup<Value> {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      group = { waiters: new Bag(), abort: () => this.#cancel(signal) };
      this.#groups.set(signal, group);
      signal.addEventListener('abort', group.abort);
    }
    return group;
  }

  #dissolve(signal: AbortSignal, group: SignalGroup<Value>): void {
    this.#groups.delete(signal);
    signal.removeEventListener('abort', group.abort);
  }

  #cancel(signal: AbortSignal): void {
    const group = this.#groups.get(signal);
    if (group === undefined) return;
    this.#dissolve(signal, group);
    for (const waiter of group.waiters.toArray()) {
      this.#unlink(waiter);
      waiter.reject(signal.reason);
    }
    this.#afterCancel();
  }

  #unlink(waiter: Waiter<Value>): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    this.#length--;
  }
}
