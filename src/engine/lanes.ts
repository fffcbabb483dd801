// All lanes of a run, and the round in which they are asked: each lane that has records and no known
// reason to wait is asked once before any is asked again, so that no origin starves another.

import type { Governor } from '../govern/governor.ts';
import { untilRelease } from '../govern/gate.ts';
import type { OriginWait, RunEvents } from '../report/run-events.ts';
import type { Agenda } from './agenda.ts';
import type { Job } from './job.ts';
import { Lane } from './lane.ts';
import { LinkedList } from './linked-list.ts';

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
  readonly #round = new LinkedList<Lane<Job>>();
  /** The one that was looked up last: nearly always the next as well. */
  #latest: Lane<Job> | null = null;
  /** Records that stand in lanes, and those of them that wait for a budget, or whose origin is held up for long. */
  waiting = 0;
  parked = 0;
  /** When the run was paused. */
  pausedMs = 0;

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
    const lane = this.#latest;
    return lane !== null && (this.#lanes.size > 1 || lane.state === 'waits' || lane.parked);
  }

  [Symbol.iterator](): IterableIterator<Lane<Job>> {
    return this.#lanes.values();
  }

  /** The lane of an origin. */
  of(origin: string): Lane<Job> {
    if (this.#latest !== null && this.#latest.gate.origin === origin) return this.#latest;
    let lane = this.#lanes.get(origin);
    if (lane === undefined) {
      if (this.#lanes.size >= manyOrigins && this.#lanes.size % manyOrigins === 0) this.#forgetIdle();
      lane = new Lane(this.#options.governor.gate(origin));
      this.#lanes.set(origin, lane);
    }
    this.#latest = lane;
    return lane;
  }

  /** Puts a record into the lane of where it goes: a redirect may have led it elsewhere, or back. */
  put(job: Job, first: boolean): void {
    const lane = this.#laneOf(job);
    if (first) lane.ready.pushFirst(job);
    else lane.ready.push(job);
    this.waiting++;
    if (lane.parked) this.parked++;
    // One that waits may wait for the budget of retries alone.
    if (lane.state === 'empty' || (lane.state === 'waits' && lane.ready.size === 1)) this.activate(lane);
  }

  /** Puts a record into its lane that comes back after a failure of its own. */
  putRetry(job: Job): void {
    const lane = this.#laneOf(job);
    lane.retries.push(job);
    this.waiting++;
    this.parked++;
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
    return this.#round.shift();
  }

  /** A permit of a lane came back, or something it waits for may have come sooner. */
  released(lane: Lane<Job>): void {
    if (lane.state === 'wants-permit' || (lane.state === 'waits' && lane.gate.reopened)) this.activate(lane);
  }

  /** Asks a lane's gate for a permit. A lane that gets none leaves the round until one comes back, or its time has come. */
  ask(lane: Lane<Job>, nowMs: number): Job | null {
    if (lane.size === 0) {
      lane.state = 'empty';
      return null;
    }
    const { gate } = lane;
    const retryMs = this.#retryMs(lane, nowMs);
    const list = retryMs === 0 ? lane.retries : lane.ready;
    const job = list.first;
    if (job === null) {
      this.#wait(lane, nowMs, retryMs, 'retries');
      return null;
    }
    const { cost } = job;
    const waitMs = gate.tryTake(nowMs, cost);
    if (waitMs === 0) {
      if (list === lane.retries) gate.takeRetry(nowMs);
      this.#taken(lane, list, job, cost);
      return job;
    }
    const refusal = this.#refusal(lane, nowMs);
    if (refusal === null) this.#wait(lane, nowMs, waitMs, gate.waitReason);
    else this.#refuseAll(lane, refusal);
    return null;
  }

  #laneOf(job: Job): Lane<Job> {
    if (job.lane.gate.origin !== job.request.origin) job.lane = this.of(job.request.origin);
    return job.lane;
  }

  #taken(lane: Lane<Job>, list: LinkedList<Job>, job: Job, cost: number): void {
    this.#park(lane, false);
    this.#shift(lane, list);
    job.takenCost = cost;
    // A probe of an origin that is down is no end of the wait.
    if (lane.announcedUntilMs > 0 && lane.gate.downSinceMs === null) this.#announce(lane, 0, 'rate');
    this.activate(lane);
  }

  /**
   * How long until a retry may go: 0, the first of them goes before all others; `Infinity`, they have to wait for
   * those that were not tried yet: if the origin was not heard of since a failure, these tell more about it.
   */
  #retryMs({ gate, ready, retries }: Lane<Job>, nowMs: number): number {
    const { first } = retries;
    if (first === null) return Infinity;
    if (ready.size > 0 && gate.aliveMs <= first.lastFailedMs) return Infinity;
    // Of an origin that is down none is sent but probes: records wait there, or are refused.
    return gate.downSinceMs === null ? gate.retryWaitMs(nowMs) : 0;
  }

  /** Takes out of all lanes what was never sent. */
  takeUnbegun(): Job[] {
    const unbegun: Job[] = [];
    for (const lane of this.#lanes.values()) {
      for (let left = lane.ready.size; left > 0; left--) {
        const job = this.#shift(lane, lane.ready);
        if (job === null) break;
        if (job.attempts === 0) unbegun.push(job);
        else this.put(job, false);
      }
    }
    return unbegun;
  }

  /** The run goes on: the time since `pausedMs` counts as none for an origin that is down. */
  postpone(nowMs: number): void {
    for (const { gate } of this.#lanes.values()) gate.breaker.postpone(nowMs - this.pausedMs);
  }

  #refusal({ gate }: Lane<Job>, nowMs: number): Refusal | null {
    const { policy } = this.#options;
    if (gate.askedWaitMs > policy.maxWaitMs) return 'wait_too_long';
    const { downSinceMs } = gate;
    if (downSinceMs === null || nowMs - downSinceMs < policy.maxOutageMs) return null;
    // What a probe that is under way will say is worth waiting for, if anything is.
    return gate.breaker.state === 'probing' && policy.maxOutageMs > 0 ? null : 'origin_down';
  }

  #refuseAll(lane: Lane<Job>, refusal: Refusal): void {
    // What is settled may make room for more, and more may come into this lane: not in this turn.
    for (const list of [lane.retries, lane.ready]) {
      for (let left = list.size; left > 0; left--) {
        const job = this.#shift(lane, list);
        if (job !== null) this.#refuse(job, refusal);
      }
    }
    if (lane.announcedUntilMs > 0) this.#announce(lane, 0, 'rate');
    this.activate(lane);
  }

  #wait(lane: Lane<Job>, nowMs: number, waitMs: number, reason: OriginWait['reason']): void {
    const { gate } = lane;
    const { downSinceMs } = gate;
    if (waitMs === untilRelease) {
      lane.state = 'wants-permit';
      if (downSinceMs === null) return;
      this.#park(lane, true);
      if (lane.announcedUntilMs !== Infinity) this.#announce(lane, Infinity, 'outage');
      return;
    }
    lane.state = 'waits';
    // The next probe of an outage may be near; the end of the outage need not be.
    this.#park(lane, downSinceMs !== null || (waitMs >= longMs && reason !== 'rate' && reason !== 'retries'));
    const leftMs = downSinceMs === null ? Infinity : downSinceMs + this.#options.policy.maxOutageMs - nowMs;
    this.#agenda.add(lane, nowMs + Math.min(waitMs, leftMs));
    if (!(Math.abs(nowMs + waitMs - lane.announcedUntilMs) < 1)) this.#announce(lane, nowMs + waitMs, reason);
  }

  /** Tells those who listen until when the lane waits; 0: it waits no more; `Infinity`: a probe is under way. */
  #announce(lane: Lane<Job>, untilMs: number, reason: OriginWait['reason']): void {
    const { origin, waitDetail } = lane.gate;
    const detail = reason === 'retries' ? null : waitDetail;
    lane.announcedUntilMs = untilMs;
    lane.announcedReason = reason;
    this.#options.events.waiting(origin, untilMs === 0 ? null : { origin, untilMs, reason, detail });
  }

  #park(lane: Lane<Job>, parked: boolean): void {
    if (lane.parked === parked) return;
    lane.parked = parked;
    this.parked += parked ? lane.ready.size : -lane.ready.size;
  }

  #shift(lane: Lane<Job>, list: LinkedList<Job>): Job | null {
    const job = list.shift();
    if (job === null) return null;
    this.waiting--;
    if (lane.parked || list === lane.retries) this.parked--;
    return job;
  }

  #forgetIdle(): void {
    for (const [origin, lane] of this.#lanes) {
      if (lane.state === 'empty' && lane.gate.inFlight === 0 && this.#options.governor.forget(origin))
        this.#lanes.delete(origin);
    }
    this.#latest = null;
  }
}
