// Those who wait for a permit, an item or a moment, first come, first served. Joining, leaving and being cancelled
// cost O(1) each, however long the line is and however many wait with one signal. It decides nothing: whoever keeps
// the line says when the first one's turn has come.
//
// Invariant: who is in the line is settled exactly once, by leaving it.

import { Bag } from '../containers/bag.ts';
import type { Bagged } from '../containers/bag.ts';
import { onAbort } from '../on-abort.ts';

/** One who waits. */
interface Waiter<Value, Wish> extends Bagged {
  readonly wish: Wish;
  readonly signal: AbortSignal | null;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
  previous: Waiter<Value, Wish> | null;
  next: Waiter<Value, Wish> | null;
}

/** All who wait with the same signal: they leave together, before anybody behind them is let in. */
interface SignalGroup<Value, Wish> {
  readonly waiters: Bag<Waiter<Value, Wish>>;
  readonly forget: () => void;
}

/**
 * @typeParam Value what one leaves the line with
 * @typeParam Wish what one waits for, or brings: a cost, an item
 */
export class WaitingLine<Value, Wish = number> {
  #first: Waiter<Value, Wish> | null = null;
  #last: Waiter<Value, Wish> | null = null;
  #length = 0;
  readonly #groups = new Map<AbortSignal, SignalGroup<Value, Wish>>();
  readonly #afterCancel: () => void;

  /** @param afterCancel called when some have left by their signal: another one may be first now */
  constructor(afterCancel: () => void = () => {}) {
    this.#afterCancel = afterCancel;
  }

  get length(): number {
    return this.#length;
  }

  /** The wish of the first one; undefined if there is nobody. */
  get firstWish(): Wish | undefined {
    return this.#first?.wish;
  }

  /**
   * Joins at the end. The promise is resolved by `admitFirst`, or rejected by `dismiss`, `dismissAll` or with the reason of the signal.
   * @param signal one that is not aborted yet
   */
  join(wish: Wish, signal: AbortSignal | null): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const previous = this.#last;
      const waiter: Waiter<Value, Wish> = { wish, signal, resolve, reject, previous, next: null, bagIndex: -1 };
      if (previous === null) this.#first = waiter;
      else previous.next = waiter;
      this.#last = waiter;
      this.#length++;
      if (signal !== null) this.#groupOf(signal).waiters.add(waiter);
    });
  }

  /** The first one leaves the line with this. */
  admitFirst(value: Value): void {
    this.#takeFirst()?.resolve(value);
  }

  /** All leave the line, rejected with this. */
  dismissAll(reason: unknown): void {
    while (this.#first !== null) this.#takeFirst()?.reject(reason);
  }

  /** Those with this wish leave the line, rejected with this. It walks the line. */
  dismiss(wish: Wish, reason: unknown): void {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.next) {
      if (waiter.wish === wish) this.#takeOut(waiter).reject(reason);
    }
  }

  #takeFirst(): Waiter<Value, Wish> | null {
    return this.#first && this.#takeOut(this.#first);
  }

  #takeOut(waiter: Waiter<Value, Wish>): Waiter<Value, Wish> {
    this.#unlink(waiter);
    const { signal } = waiter;
    const group = signal === null ? undefined : this.#groups.get(signal);
    if (signal !== null && group !== undefined) {
      group.waiters.delete(waiter);
      if (group.waiters.size === 0) this.#dissolve(signal, group);
    }
    return waiter;
  }

  #groupOf(signal: AbortSignal): SignalGroup<Value, Wish> {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      group = { waiters: new Bag(), forget: onAbort(signal, () => this.#cancel(signal)) };
      this.#groups.set(signal, group);
    }
    return group;
  }

  #dissolve(signal: AbortSignal, group: SignalGroup<Value, Wish>): void {
    this.#groups.delete(signal);
    group.forget();
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

  #unlink(waiter: Waiter<Value, Wish>): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    this.#length--;
  }
}
