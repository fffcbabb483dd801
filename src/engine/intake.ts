// Takes records from the feed, has them planned, and knows how many are under way. It bounds what is
// held in memory: no array of all records exists anywhere.

import type { RecordError } from '../errors.ts';
import type { Clock } from '../concurrency/clock.ts';
import type { Governor } from '../govern/governor.ts';
import type { Result } from '../http/result.ts';
import type { InputRecord } from '../input/reader.ts';
import type { Planned, Planner } from '../plan/planner.ts';
import { isOnce } from '../retry/decide.ts';
import type { RetryPolicy } from '../retry/decide.ts';
import type { Feed } from './feed.ts';
import { Job } from './job.ts';
import type { AttemptEnds } from './job.ts';
import type { Lanes } from './lanes.ts';
import type { Recorder } from './recorder.ts';
import { unknownResult, unsentResult } from './settlement.ts';

export interface IntakeOptions {
  readonly planner: Planner;
  readonly recorder: Recorder;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly governor: Governor;
  /** One attempt. A record's own `timeoutMs` comes before it. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** Records that may be under way at once, in whatever state. @default 50,000 */
  readonly maxHeld?: number;
  /** Records that may wait besides those in flight and those whose origin is held up for long. @default 2,000 */
  readonly maxAhead?: number;
  /** How many of those whose origin is held up for long, or that wait for a retry, do not count as ahead. @default all */
  readonly maxParked?: number;
  /** Bytes of request bodies that may be held at once. @default 128 MiB */
  readonly maxHeldBytes?: number;
  /** Told each record that became a request, before it is sent. */
  readonly onPlanned?: ((job: Job) => void) | undefined;
}

/** As long as all records go to one origin, reading further ahead would find nothing that can be sent. */
const aheadOfOneOrigin = 32;

/** Where planned records go. */
export interface IntakeTargets {
  readonly feed: Feed;
  readonly lanes: Lanes;
  readonly ends: AttemptEnds;
  readonly settled: (result: Result, nowMs: number) => void;
  /** A map module rejected in a way that is no record's fault. */
  readonly failed: (error: unknown) => void;
  /** A record that was planned later is in its lane. */
  readonly changed: () => void;
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #targets: IntakeTargets;
  readonly #maxHeld: number;
  readonly #maxAhead: number;
  readonly #maxParked: number;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;
  #position: unknown = null;
  /** Records that were read and are not settled. */
  held = 0;
  /** Those of them that a map module has not answered for. */
  #planning = 0;
  #isDraining = false;

  constructor(options: IntakeOptions, targets: IntakeTargets) {
    this.#options = options;
    this.#targets = targets;
    this.#maxHeld = options.maxHeld ?? 50_000;
    this.#maxAhead = options.maxAhead ?? 2_000;
    this.#maxParked = options.maxParked ?? Infinity;
    this.#maxHeldBytes = options.maxHeldBytes ?? 128 * 1024 * 1024;
  }

  /** Takes one record, if there is one and room for it. */
  takeOne(nowMs: number): boolean {
    const { feed } = this.#targets;
    const { planner, recorder } = this.#options;
    if (!this.#hasRoom() || recorder.isFull) return false;
    const record = feed.next();
    if (record === null) return false;
    if (feed.position !== null && feed.position !== this.#position) {
      this.#position = feed.position;
      recorder.batchBegins(feed.position);
    }
    this.held++;
    recorder.opened(record.index);
    if (record.kind === 'bad') {
      this.#unsent(record.index, null, record.error, nowMs);
      return true;
    }
    const planned = planner.plan(record);
    if (planned instanceof Promise) this.#planLater(planned, record);
    else this.#planned(planned, record.index, nowMs);
    return true;
  }

  /** Leaves out what was not begun; false: there is nothing of the kind, now or later. */
  drain(): boolean {
    const { feed, lanes } = this.#targets;
    this.#isDraining = true;
    const unbegun = lanes.takeUnbegun();
    for (const job of unbegun) this.release(job);
    return unbegun.length > 0 || this.#planning > 0 || !feed.ended;
  }

  #hasRoom(): boolean {
    const { lanes } = this.#targets;
    const { inFlight } = this.#options.governor;
    if (this.held >= this.#maxHeld || this.#heldBytes >= this.#maxHeldBytes) return false;
    const ahead = lanes.looksFarAhead ? this.#maxAhead : Math.min(aheadOfOneOrigin, this.#maxAhead);
    const parked = Math.min(lanes.parked, this.#maxParked);
    return lanes.waiting - lanes.parked < ahead && this.held - inFlight - parked < this.#maxAhead;
  }

  /** A record is settled, or given back unsent. */
  release(job: Job | null): void {
    this.held--;
    if (job !== null) this.#heldBytes -= bodyBytes(job);
  }

  #planLater(planned: Promise<Planned>, record: InputRecord): void {
    const { changed, failed } = this.#targets;
    this.#planning++;
    planned.then((ready) => this.#plannedLater(ready, record.index)).then(changed, failed);
  }

  #plannedLater(planned: Planned, index: number): void {
    this.#planning--;
    if (this.#isDraining) this.release(null);
    else this.#planned(planned, index, this.#options.clock.now());
  }

  #planned(planned: Planned, index: number, nowMs: number): void {
    if (planned.kind !== 'request') {
      this.#unsent(index, planned.id, planned.kind === 'bad' ? planned.error : null, nowMs);
      return;
    }
    const { clock, governor, policy, recorder, timeoutMs, maxBodyBytes } = this.#options;
    const { request } = planned;
    const start = {
      index,
      id: planned.id,
      request,
      timeoutMs: planned.timeoutMs ?? timeoutMs,
      maxBodyBytes,
      plannedMs: nowMs,
      cost: planned.cost,
      costGuess: governor.costs,
      rules: planned.rules,
    };
    const job = new Job(start, this.#targets.lanes.of(request.origin), this.#targets.ends);
    this.#heldBytes += bodyBytes(job);
    this.#options.onPlanned?.(job);
    if (isOnce(request.method, policy) && recorder.isDoubtful(index)) {
      const message = 'the run ended while the request was in flight; with at-most-once it is not sent again';
      this.release(job);
      this.#targets.settled(unknownResult(job, message, { monotonicMs: nowMs, wallMs: clock.wallNow() }, 1), nowMs);
    } else {
      this.#targets.lanes.put(job, false);
    }
  }

  #unsent(index: number, id: string | null, error: RecordError | null, nowMs: number): void {
    this.release(null);
    this.#targets.settled(unsentResult(index, id, error, this.#options.clock.wallNow()), nowMs);
  }
}

function bodyBytes(job: Job): number {
  return job.start.request.body?.length ?? 0;
}
