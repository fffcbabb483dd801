// A point that so many must have reached before any of them goes on. It starts nothing and ends nothing: who does not come
// is not missed by it, so that somebody has to `abort`.
//
// Invariant: those who go on together are exactly `parties`, each with another ordinal.

import { shownAs } from './scopes/shown-as.ts';
import { ManyfetchError } from '../errors.ts';
import { badValue } from './bad-value.ts';
import { WaitingLine } from './limits/waiting-line.ts';
import type { WaitOptions } from './queue.ts';

/**
 * Lets tasks wait for one another: the `Barrier` of asyncio and threading. When so many wait, all go on, and it is empty again
 * for the next time.
 *
 * @example
 * import { Barrier, gather } from 'manyfetch/concurrency';
 *
 * const barrier = new Barrier(3);
 * const ordinals = await gather([() => barrier.wait(), () => barrier.wait(), () => barrier.wait()]);
 * console.log(ordinals); // prints [ 0, 1, 2 ]
 */
export class Barrier {
  /** How many go on together. */
  readonly parties: number;
  readonly #line = new WaitingLine<number, null>();
  #broken = false;

  /** @throws UsageError if `parties` is not a whole number from 1 up */
  constructor(parties: number) {
    if (!Number.isSafeInteger(parties) || parties < 1) throw badValue('`parties`', 'a whole number from 1 up', parties);
    this.parties = parties;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Whether it was aborted, and not reset since. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Waits until `parties` wait here, this one counted. One whose signal aborts leaves, and does not count any more.
   *
   * @returns who came when, from 0; so that one of them can be told from the others
   * @throws ManyfetchError `barrier_broken` after `abort`, or when `reset` is called meanwhile; the reason of the signal
   */
  wait(options: WaitOptions = {}): Promise<number> {
    const { signal = null } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#broken) return Promise.reject(brokenError('it was aborted'));
    if (this.#line.length + 1 < this.parties) return this.#line.join(null, signal);
    for (let ordinal = 0; ordinal + 1 < this.parties; ordinal++) this.#line.admitFirst(ordinal);
    return Promise.resolve(this.parties - 1);
  }

  /** Those who wait, and all who come later, are rejected: for one who will not come. Until `reset`. */
  abort(): void {
    this.#broken = true;
    this.#line.dismissAll(brokenError('it was aborted'));
  }

  /** As new. Those who wait are rejected. */
  reset(): void {
    this.#broken = false;
    this.#line.dismissAll(brokenError('it was reset'));
  }
}

function brokenError(cause: string): ManyfetchError {
  return new ManyfetchError('barrier_broken', `The barrier let nobody through: ${cause}`);
}

shownAs(Barrier, 'Barrier', ({ parties, waiting, broken }) => ({ parties, waiting, broken }));
