// THE LINE: a record is read, planned, given a permit, sent, judged, and settled. This file wires the
// stages in that order and decides nothing that a stage decides.
//
//   feed ─▶ plan ─▶ lane ─▶ gate ─▶ transport ─▶ classify, decide ─▶ recorder
//                    ▲                                  │
//                    └──────────── due again ───────────┘
//
// Invariants: a record that was read is settled exactly once, or not at all if the run stops; a permit
// is given back before what follows is decided; what waits holds no permit, socket or timer.

import { Bag } from '../concurrency/containers/bag.ts';
import { TimerWheel } from '../concurrency/time/timer-wheel.ts';
import type { TransportError } from '../errors.ts';
import type { Result } from '../http/result.ts';
import type { Transport } from '../http/transport.ts';
import type { InputBatch } from '../input/reader.ts';
import { isOnce } from '../retry/decide.ts';
import { Agenda } from './agenda.ts';
import { comeBack } from './come-back.ts';
import { Feed } from './feed.ts';
import { Intake } from './intake.ts';
import type { IntakeOptions } from './intake.ts';
import type { AttemptEnds, Job } from './job.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { Verdict } from './verdict.ts';
import type { VerdictOptions } from './verdict.ts';

/** Options of an engine. Times are milliseconds. */
export interface EngineOptions extends IntakeOptions, VerdictOptions {
  readonly batches: AsyncIterator<InputBatch>;
  /** Records from this index on are left alone. */
  readonly endIndex: number;
  readonly transport: Transport;
}

/** How a run came to its end. */
export type EngineEnd =
  | { readonly kind: 'finished' | 'stopped' }
  | { readonly kind: 'aborted'; readonly error: unknown };

export class Engine implements AttemptEnds {
  readonly #options: EngineOptions;
  readonly #feed: Feed;
  readonly lanes: Lanes;
  readonly #intake: Intake;
  readonly #verdict: Verdict;
  readonly #wheel: TimerWheel;
  readonly #agenda: Agenda<Job | Lane<Job>>;
  readonly #inFlight = new Bag<Job>();
  #pumpAsked = false;
  mode: 'running' | 'paused' | 'draining' | 'stopping' = 'running';
  #end: EngineEnd | null = null;
  readonly #done: PromiseWithResolvers<EngineEnd> = Promise.withResolvers();

  constructor(options: EngineOptions) {
    const { batches, endIndex, clock } = options;
    this.#options = options;
    this.#wheel = new TimerWheel(clock);
    const changed = (): void => this.wake();
    this.#agenda = new Agenda(clock, changed);
    this.lanes = new Lanes(options, this.#agenda, (job, refusal) => this.#verdict.refuse(job, refusal));
    const failed = (error: unknown): void => this.abort(error);
    const feed = (this.#feed = new Feed({ batches, endIndex, onReady: changed, onError: failed }));
    this.#intake = new Intake(options, { feed, lanes: this.lanes, ends: this, settled: this.#settle, failed, changed });
    this.#verdict = new Verdict(options, {
      settle: (job, result, nowMs) => {
        this.#intake.release(job);
        this.#settle(result, nowMs);
        this.lanes.released(job.lane);
      },
      again: (job, atMs) => this.#agenda.add(job, atMs),
      elsewhere: (job) => this.lanes.put(job, true),
    });
  }

  /** Resolves when nothing is left to do, or the run was stopped. Never rejects. */
  run(): Promise<EngineEnd> {
    this.wake();
    return this.#done.promise;
  }

  /** Starts nothing any more; what is in flight finishes. */
  stop(): void {
    this.mode = 'stopping';
    this.wake();
  }

  /** Starts nothing until `resume`; what is in flight finishes. */
  pause(): void {
    if (this.mode !== 'running') return;
    this.mode = 'paused';
    this.lanes.pausedMs = this.#options.clock.now();
  }

  resume(): void {
    if (this.mode !== 'paused') return;
    this.mode = 'running';
    this.lanes.postpone(this.#options.clock.now());
    this.limitsChanged();
  }

  /** Starts no record that was not begun, and stops when those that were are settled. */
  drain(): void {
    if (this.mode === 'stopping' || this.mode === 'draining') return;
    if (this.mode === 'paused') this.resume();
    // With nothing to leave out it is an ordinary end.
    if (this.#intake.drain()) this.mode = 'draining';
    this.wake();
  }

  /** What was refused before may be allowed now. */
  limitsChanged(): void {
    this.lanes.activateAll();
    this.wake();
  }

  /** Stops now: what is in flight is given up and stays unsettled. */
  kill(): void {
    this.#finish({ kind: 'stopped' });
  }

  /** Stops now, since it cannot go on. */
  abort(error: unknown): void {
    this.#finish({ kind: 'aborted', error });
  }

  /**
   * Something changed that may let more be started. What one turn of the event loop lets start is started
   * together: one write after another keeps the server awake, and the waking is what a write costs most.
   */
  wake(): void {
    if (this.#pumpAsked || this.#end !== null) return;
    this.#pumpAsked = true;
    this.#options.clock.soon(this.#onWake);
  }

  /** One above the last record that was read ahead, and whether there are no more. */
  get readAhead(): { readonly end: number; readonly isAll: boolean } {
    return this.#feed.readAhead;
  }

  /** Requests in flight now. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** The end of an attempt: gives the permit back, then lets what follows be decided. */
  attemptEnded(job: Job, error: TransportError | null): void {
    if (this.#end !== null) return;
    if (error !== null && this.#verdict.maySendAgainForFree(job, error)) {
      this.#verdict.sendsAgain(job);
      this.#send(job, true);
      return;
    }
    const nowMs = this.#options.clock.now();
    this.#wheel.clear(job.timeout);
    this.#inFlight.delete(job);
    const { lane } = job;
    this.#verdict.judge(job, error, nowMs);
    this.lanes.released(lane);
    this.wake();
  }

  get #isStarting(): boolean {
    return this.mode === 'running' || this.mode === 'draining';
  }

  readonly #onWake = (): void => {
    this.#pumpAsked = false;
    try {
      if (this.#end === null && this.#isStarting) this.#pump(this.#options.clock.now());
    } catch (error) {
      this.abort(error);
    }
    if (this.#end !== null) return;
    const isIdle = this.#inFlight.size === 0 && this.#verdict.deciding === 0;
    const isOver = this.mode === 'stopping' || (this.mode === 'draining' && this.#intake.held === 0);
    if (isOver && isIdle) this.#finish({ kind: 'stopped' });
    else if (isIdle && this.#feed.ended && this.#intake.held === 0) this.#finish(this.#feed.outcome);
    else if (this.#isStarting) this.#agenda.arm();
  };

  #pump(nowMs: number): void {
    const { governor, policy, recorder } = this.#options;
    comeBack(this.#agenda, this.lanes, nowMs);
    let once: Job[] | null = null;
    while (this.#end === null && governor.free > 0 && !recorder.isCongested) {
      const lane = this.lanes.next();
      if (lane === null && (this.mode === 'draining' || !this.#intake.takeOne(nowMs))) break;
      const job = lane === null ? null : this.lanes.ask(lane, nowMs);
      if (job === null) continue;
      if (isOnce(job.request.method, policy)) (once ??= []).push(job);
      else this.#start(job, nowMs);
    }
    if (once === null || this.#end !== null) return;
    recorder.willSend(once.map(({ start }) => start.index));
    for (const job of once) this.#start(job, nowMs);
  }

  #start(job: Job, nowMs: number): void {
    const isRedirected = job.redirects > 0;
    if (!isRedirected) job.beginAttempt();
    job.exchangeStartedMs = nowMs;
    this.#inFlight.add(job);
    this.#options.events.attemptStarted(job.request.origin, isRedirected);
    this.#wheel.set(job.timeout, job.start.timeoutMs - job.attemptMs, nowMs);
    this.#send(job, false);
  }

  #send(job: Job, fresh: boolean): void {
    job.clearAnswer();
    job.exchange = this.#options.transport.send(job.request, job, fresh ? { fresh } : undefined);
  }

  readonly #settle = (result: Result, nowMs: number): void => {
    if (this.#end !== null) return;
    try {
      this.#options.recorder.settle(result);
      this.#options.events.settled(result, nowMs);
      this.wake();
    } catch (error) {
      this.abort(error);
    }
  };

  #finish(end: EngineEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#feed.stop();
    this.#agenda.disarm();
    const { policy, recorder } = this.#options;
    for (const job of this.#inFlight.toArray()) {
      this.#wheel.clear(job.timeout);
      job.exchange?.cancel();
      // Nothing is in doubt of a request that was announced and given up before it left.
      if (!job.mayHaveLeft && isOnce(job.start.request.method, policy)) recorder.wasNotSent(job.start.index);
    }
    this.#done.resolve(end);
  }
}
