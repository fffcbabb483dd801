// So many permits at the same time. The number can be changed while permits are out; it is never exceeded
// but by permits that were out when it was lowered.

import { shownAs } from './scopes/shown-as.ts';
import { badValue } from './bad-value.ts';
import { PermitSource } from './limits/permit-source.ts';

/** A semaphore at one moment. */
export interface SemaphoreStatistics {
  readonly capacity: number;
  /** Permits that are out, each counted with its cost. May be above `capacity` after that was lowered. */
  readonly taken: number;
  /** How many wait. */
  readonly waiting: number;
}

/**
 * Limits how many things are done at the same time: Dijkstra's counting semaphore (EWD 74, 1963), with the protocol of the
 * CountingGovernor in https://github.com/tc39/proposal-concurrency-control.
 *
 * First come, first served: one who asks for many permits is not overtaken by those who ask for few. Who asks for more than the
 * capacity waits until it is raised, and all behind wait too; a signal gets out of that.
 *
 * @example
 * import { Semaphore } from 'manyfetch';
 *
 * const semaphore = new Semaphore(2);
 * const statuses = await Promise.all(
 *   [200, 404, 500].map((status) =>
 *     semaphore.with(async () => {
 *       const answer = await fetch(`http://127.0.0.1:8080/status/${status}`, { headers: { connection: 'close' } });
 *       await answer.bytes();
 *       return answer.status;
 *     }),
 *   ),
 * );
 * console.log(statuses, semaphore.statistics().taken); // prints [ 200, 404, 500 ] 0
 */
export class Semaphore extends PermitSource {
  #capacity: number;
  #taken = 0;

  /**
   * @param capacity permits that can be out at the same time; 0 gives none until it is raised
   * @throws UsageError if it is not a whole number from 0 up
   */
  constructor(capacity: number) {
    super();
    this.#capacity = checkedCapacity(capacity);
  }

  /**
   * Changes the capacity. Permits that are out stay out: below their number none is given until enough have come back.
   *
   * @throws UsageError if it is not a whole number from 0 up
   */
  setCapacity(capacity: number): void {
    this.#capacity = checkedCapacity(capacity);
    this.letIn();
  }

  statistics(): SemaphoreStatistics {
    return { capacity: this.#capacity, taken: this.#taken, waiting: this.waiting };
  }

  protected override tryTake(_nowMs: number, cost: number): number {
    if (this.#taken + cost > this.#capacity) return Infinity;
    this.#taken += cost;
    return 0;
  }

  protected override giveBack(_nowMs: number, cost: number): void {
    this.#taken -= cost;
  }

  protected override checkCost(cost: number): void {
    if (!Number.isSafeInteger(cost) || cost < 1) throw badValue('`cost`', 'a whole number of permits from 1 up', cost);
  }
}

function checkedCapacity(capacity: number): number {
  if (!Number.isSafeInteger(capacity) || capacity < 0)
    throw badValue('`capacity`', 'a whole number from 0 up', capacity);
  return capacity;
}

shownAs(Semaphore, 'Semaphore', (semaphore) => semaphore.statistics());
