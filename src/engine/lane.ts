// The records of one origin that are ready to be sent, with the gate that they wait at: those that may
// go at once, and those that come back after a failure and go as far as the budget for retries lets them.
// A lane is in one state at a time: empty, in the round of those to be asked, waiting for a permit to
// come back, or waiting for a time.

import type { Gate } from '../govern/gate.ts';
import type { OriginWait } from '../report/run-events.ts';
import { LinkedList } from './linked-list.ts';
import type { Linked } from './linked-list.ts';

export type LaneState = 'empty' | 'active' | 'wants-permit' | 'waits';

export class Lane<Job extends Linked<Job>> implements Linked<Lane<Job>> {
  readonly gate: Gate;
  readonly ready = new LinkedList<Job>();
  readonly retries = new LinkedList<Job>();
  state: LaneState = 'empty';
  /** In the round, while it is active. */
  nextInList: Lane<Job> | null = null;
  /** The end of the wait that those who listen were told of; 0 if they know of none, `Infinity` while a probe is under way. */
  announcedUntilMs = 0;
  announcedReason: OriginWait['reason'] = 'rate';
  /** Its origin lets nothing pass for long: what stands here is not what keeps others from being read. */
  parked = false;

  constructor(gate: Gate) {
    this.gate = gate;
  }

  get size(): number {
    return this.ready.size + this.retries.size;
  }
}
