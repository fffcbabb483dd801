// Something that has happened or not, and those who wait for it. It carries no value, and remembers nothing but whether
// it is set.

import { shownAs } from './scopes/shown-as.ts';
import { WaitingLine } from './limits/waiting-line.ts';
import type { WaitOptions } from './queue.ts';

/**
 * Lets any number of tasks wait until something has happened: the `Event` of asyncio, trio and gevent. It stays set until it
 * is cleared.
 *
 * @example
 * import { Event, scope } from 'manyfetch/concurrency';
 *
 * const ready = new Event();
 * await scope((s) => {
 *   for (const name of ['a', 'b']) {
 *     s.spawn(async ({ signal }) => {
 *       await ready.wait({ signal });
 *       console.log(name, 'goes on');
 *     });
 *   }
 *   ready.set();
 * });
 * // prints a goes on
 * // prints b goes on
 */
export class Event {
  readonly #line = new WaitingLine<void, null>();
  #isSet = false;

  /** Whether it has happened. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#line.length;
  }

  /** It has happened: all who wait go on, in the order in which they came, and who comes later does not wait. */
  set(): void {
    this.#isSet = true;
    while (this.#line.length > 0) this.#line.admitFirst();
  }

  /** It has not happened yet, or not again: who comes from now on waits. Those who were woken go on all the same. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until it is set; not at all if it is.
   *
   * @throws the reason of the signal
   */
  wait(options: WaitOptions = {}): Promise<void> {
    const { signal = null } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return this.#isSet ? Promise.resolve() : this.#line.join(null, signal);
  }
}

shownAs(Event, 'Event', ({ isSet, waiting }) => ({ isSet, waiting }));
