// All lanes of a run, and the round in which they are asked: each lane that has records and no known
// reason to wait is asked once before any is asked again, so that no origin starves another.

import type { Governor } from '../govern/governor.ts';
import { untilRelease } from '../govern/gate.ts';
import type { RunEvents } from '../report/run-events.ts';
import type { Agenda } from './agenda.ts';
import type { Job } from './job.ts';
import { Lane } from './lane.ts';

/** So many origins are remembered before idle ones are looked for. */
const manyOrigins = 10_000;
/** Who is held up for so long does not keep others from being read. */
const longMs = 1000;

export interface LanesOptions {
  readonly governor: Governor;
  readonly events: RunEvents;
  readonly policy: {
    /** A record waits no longer than this for a server that asked for it. */
    readonly maxWaitMs: number;
    /** And no longer than this for an origin that is down. */
    readonly maxOutageMs: number;
  };
}

/** Why records are not sent. */
export type Refusal = 'wait_too_long' | 'origin_down';

export class Lanes {
  readonly #options: LanesOptions;
  readonly #agenda: Agenda<Job | Lane<Job>>;
  readonly #refuse: (job: Job, refusal: Refusal) => void;
  readonly #lanes = new Map<string, Lane<Job>>();
  #round: Lane<Job>[] = [];
  #at = 0;
  /** Records that stand in lanes, and those of them whose origin is held up for long. */
  waiting = 0;
  parked = 0;

  /** `refuse` takes a record whose origin wants to be left alone for too long, or is down for too long. */
  constructor(options: LanesOptions, agenda: Agenda<Job | Lane<Job>>, refuse: (job: Job, refusal: Refusal) => void) {
    this.#options = options;
    this.#agenda = agenda;
    this.#refuse = refuse;
  }

  /**
   * Whether to look for records that can be sent now further ahead in the input. As long as all go to one
   * origin that takes them as fast as it can, there are none.
   */
  get looksFarAhead(): boolean {
    for (const lane of this.#lanes.values()) return this.#lanes.size > 1 || lane.state === 'waits' || lane.parked;
    return false;
  }

  [Symbol.iterator](): IterableIterator<Lane<Job>> {
    return this.#lanes.values();
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
    this.waiting++;
    if (lane.parked) this.parked++;
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

  /** Lets all lanes be asked again at once: limits have changed. */
  activateAll(): void {
    for (const lane of this.#lanes.values())
      if (lane.state === 'wants-permit' || lane.state === 'waits') this.activate(lane);
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
    if (lane.size === 0) {
      lane.state = 'empty';
      return null;
    }
    const { gate } = lane;
    const cost = lane.nextCost;
    const waitMs = gate.tryTake(nowMs, cost);
    if (waitMs === 0) {
      this.#park(lane, false);
      const job = this.#shift(lane);
      if (job === null) throw new Error('a lane without records was asked');
      job.takenCost = cost;
      if (lane.announcedUntilMs > 0) this.#announce(lane, 0);
      this.activate(lane);
      return job;
    }
    const refusal = this.#refusal(lane, nowMs, waitMs);
    if (refusal === null) this.#wait(lane, nowMs, waitMs);
    else this.#refuseAll(lane, refusal);
    return null;
  }

  /** Takes out of all lanes what was never sent. */
  takeUnbegun(): Job[] {
    const unbegun: Job[] = [];
    for (const lane of this.#lanes.values()) {
      for (let left = lane.size; left > 0; left--) {
        const job = this.#shift(lane);
        if (job === null) break;
        if (job.attempts === 0) unbegun.push(job);
        else this.put(job, false);
      }
    }
    return unbegun;
  }

  #refusal({ gate }: Lane<Job>, nowMs: number, waitMs: number): Refusal | null {
    const { policy } = this.#options;
    if (gate.askedWaitMs > policy.maxWaitMs) return 'wait_too_long';
    // A probe is under way: who was paused for long must not give up an origin that may be back since.
    if (waitMs === untilRelease && policy.maxOutageMs > 0) return null;
    const { downSinceMs } = gate;
    return downSinceMs !== null && nowMs - downSinceMs >= policy.maxOutageMs ? 'origin_down' : null;
  }

  #refuseAll(lane: Lane<Job>, refusal: Refusal): void {
    // What is settled may make room for more, and more may come into this lane: not in this turn.
    for (let left = lane.size; left > 0; left--) {
      const job = this.#shift(lane);
      if (job !== null) this.#refuse(job, refusal);
    }
    if (lane.announcedUntilMs > 0) this.#announce(lane, 0);
    this.activate(lane);
  }

  #wait(lane: Lane<Job>, nowMs: number, waitMs: number): void {
    const { gate } = lane;
    if (waitMs === untilRelease) {
      lane.state = 'wants-permit';
      if (gate.downSinceMs !== null) this.#park(lane, true);
      return;
    }
    lane.state = 'waits';
    // The next probe of an outage may be near; the end of the outage need not be.
    this.#park(lane, gate.downSinceMs !== null || (waitMs >= longMs && gate.waitReason !== 'rate'));
    const { maxOutageMs } = this.#options.policy;
    const leftMs = gate.downSinceMs === null ? Infinity : gate.downSinceMs + maxOutageMs - nowMs;
    this.#agenda.add(lane, nowMs + Math.min(waitMs, leftMs));
    if (nowMs + waitMs >= lane.announcedUntilMs + 1) this.#announce(lane, nowMs + waitMs);
  }

  /** Tells those who listen until when the lane waits; 0: it waits no more. */
  #announce(lane: Lane<Job>, untilMs: number): void {
    const { origin, waitReason: reason, waitDetail: detail } = lane.gate;
    lane.announcedUntilMs = untilMs;
    this.#options.events.waiting(origin, untilMs === 0 ? null : { origin, untilMs, reason, detail });
  }

  #park(lane: Lane<Job>, parked: boolean): void {
    if (lane.parked === parked) return;
    lane.parked = parked;
    this.parked += parked ? lane.size : -lane.size;
  }

  #shift(lane: Lane<Job>): Job | null {
    const job = lane.shift();
    if (job === null) return null;
    this.waiting--;
    if (lane.parked) this.parked--;
    return job;
  }

  #forgetIdle(): void {
    for (const [origin, lane] of this.#lanes) {
      if (lane.state === 'empty' && lane.gate.inFlight === 0 && this.#options.governor.forget(origin))
        this.#lanes.delete(origin);
    }
  }
}
