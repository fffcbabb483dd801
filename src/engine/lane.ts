// The records of one origin that are ready to be sent, first come first served, with the gate that
// they wait at. A lane is in one state at a time: empty, in the round of those to be asked, waiting for
// a permit to come back, or waiting for a time.

import type { Gate } from '../govern/gate.ts';

export type LaneState = 'empty' | 'active' | 'wants-permit' | 'waits';

/** What can stand in a lane: a link of its list. */
export interface Queued<Self> {
  nextInLane: Self | null;
  /** What its request costs, in the units of rates that count costs. */
  readonly cost: number;
}

export class Lane<Job extends Queued<Job>> {
  readonly gate: Gate;
  state: LaneState = 'empty';
  /** The end of the wait that those who listen were told of; 0 if they know of none. */
  announcedUntilMs = 0;
  size = 0;
  /** Its origin lets nothing pass for long: what stands here is not what keeps others from being read. */
  parked = false;
  #first: Job | null = null;
  #last: Job | null = null;

  constructor(gate: Gate) {
    this.gate = gate;
  }

  push(job: Job): void {
    job.nextInLane = null;
    if (this.#last === null) this.#first = job;
    else this.#last.nextInLane = job;
    this.#last = job;
    this.size++;
  }

  /** Before all others: it has waited already. */
  pushFirst(job: Job): void {
    job.nextInLane = this.#first;
    this.#first = job;
    this.#last ??= job;
    this.size++;
  }

  /** What the first one's request costs. */
  get nextCost(): number {
    return this.#first?.cost ?? 1;
  }

  shift(): Job | null {
    const job = this.#first;
    if (job === null) return null;
    this.#first = job.nextInLane;
    if (this.#first === null) this.#last = null;
    job.nextInLane = null;
    this.size--;
    return job;
  }
}
