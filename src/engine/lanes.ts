// All lanes of a run, and the round in which they are asked: each lane that has records and no known
// reason to wait is asked once before any is asked again, so that no origin starves another.

import type { Governor } from '../govern/governor.ts';
import { untilRelease } from '../govern/governor.ts';
import type { RunEvents } from '../report/run-events.ts';
import type { Agenda } from './agenda.ts';
import type { Job } from './job.ts';
import { Lane } from './lane.ts';

/** So many origins are remembered before idle ones are looked for. */
const manyOrigins = 10_000;

export interface LanesOptions {
  readonly governor: Governor;
  readonly events: RunEvents;
  /** A record waits no longer than this for a server that asked for it. */
  readonly policy: { readonly maxWaitMs: number };
}

export class Lanes {
  readonly #options: LanesOptions;
  readonly #agenda: Agenda<Job | Lane<Job>>;
  readonly #refuse: (job: Job) => void;
  readonly #lanes = new Map<string, Lane<Job>>();
  #round: Lane<Job>[] = [];
  #at = 0;

  /** `refuse` takes a record whose origin wants to be left alone for too long. */
  constructor(options: LanesOptions, agenda: Agenda<Job | Lane<Job>>, refuse: (job: Job) => void) {
    this.#options = options;
    this.#agenda = agenda;
    this.#refuse = refuse;
  }

  /** The lane of an origin. */
  of(origin: string): Lane<Job> {
    let lane = this.#lanes.get(origin);
    if (lane === undefined) {
      if (this.#lanes.size >= manyOrigins && this.#lanes.size % manyOrigins === 0) this.#forgetIdle();
      lane = new Lane(this.#options.governor.gate(origin));
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

  /** Asks a lane's gate for a permit. A lane that gets none leaves the round until one comes back, or its time has come. */
  ask(lane: Lane<Job>, nowMs: number): Job | null {
    const { events, policy } = this.#options;
    const { gate } = lane;
    const waitMs = gate.tryTake(nowMs);
    if (waitMs === 0) {
      const job = lane.shift();
      if (job === null) throw new Error('a lane without records was asked');
      if (lane.announcedUntilMs > 0) {
        lane.announcedUntilMs = 0;
        events.waiting(gate.origin, null);
      }
      this.activate(lane);
      return job;
    }
    if (waitMs === untilRelease) {
      lane.state = 'wants-permit';
      return null;
    }
    if (gate.waitReason === 'retry-after' && waitMs > policy.maxWaitMs) {
      for (let job = lane.shift(); job !== null; job = lane.shift()) this.#refuse(job);
      lane.state = 'empty';
      return null;
    }
    this.#wait(lane, nowMs, waitMs);
    return null;
  }

  #wait(lane: Lane<Job>, nowMs: number, waitMs: number): void {
    lane.state = 'waits';
    this.#agenda.add(lane, nowMs + waitMs);
    if (nowMs + waitMs >= lane.announcedUntilMs + 1) {
      lane.announcedUntilMs = nowMs + waitMs;
      this.#options.events.waiting(lane.gate.origin, {
        origin: lane.gate.origin,
        untilMs: nowMs + waitMs,
        reason: lane.gate.waitReason,
      });
    }
  }

  #forgetIdle(): void {
    for (const [origin, lane] of this.#lanes) {
      if (lane.state === 'empty' && lane.gate.inFlight === 0 && this.#options.governor.forget(origin))
        this.#lanes.delete(origin);
    }
  }
}
