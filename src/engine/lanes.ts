// All lanes of a run, and the round in which they are asked: each lane that has records and no known
// reason to wait is asked once before any is asked again, so that no origin starves another.

import type { Governor } from '../govern/governor.ts';
import type { Job } from './job.ts';
import { Lane } from './lane.ts';

/** So many origins are remembered before idle ones are looked for. */
const manyOrigins = 10_000;

export class Lanes {
  readonly #governor: Governor;
  readonly #lanes = new Map<string, Lane<Job>>();
  #round: Lane<Job>[] = [];
  #at = 0;

  constructor(governor: Governor) {
    this.#governor = governor;
  }

  /** The lane of an origin. */
  of(origin: string): Lane<Job> {
    let lane = this.#lanes.get(origin);
    if (lane === undefined) {
      if (this.#lanes.size >= manyOrigins && this.#lanes.size % manyOrigins === 0) this.#forgetIdle();
      lane = new Lane(this.#governor.gate(origin));
      this.#lanes.set(origin, lane);
    }
    return lane;
  }

  /** Puts a record into its lane. */
  put(job: Job, first: boolean): void {
    const { lane } = job;
    if (first) lane.pushFirst(job);
    else lane.push(job);
    if (lane.state === 'empty') this.activate(lane);
  }

  /** Lets a lane be asked (again). */
  activate(lane: Lane<Job>): void {
    if (lane.size === 0) {
      lane.state = 'empty';
    } else {
      lane.state = 'active';
      this.#round.push(lane);
    }
  }

  /** The next lane to be asked; it leaves the round. Null: there is none. */
  next(): Lane<Job> | null {
    const lane = this.#round[this.#at++];
    if (lane === undefined) {
      this.#round = [];
      this.#at = 0;
      return null;
    }
    if (this.#at >= 1024) {
      this.#round.splice(0, this.#at);
      this.#at = 0;
    }
    return lane;
  }

  #forgetIdle(): void {
    for (const [origin, lane] of this.#lanes) {
      if (lane.state === 'empty' && lane.gate.inFlight === 0 && this.#governor.forget(origin))
        this.#lanes.delete(origin);
    }
  }
}
