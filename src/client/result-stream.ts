// One call of `fetchMany`: puts the parts of the line together when the first result is asked for, hands
// results to the caller, and takes everything down again. It decides nothing about requests.
// Invariant: when a caller sees the end, an error, or returns from a `break`, nothing is in flight and no
// connection, timer or listener is left.

import type { Clock } from '../concurrency/clock.ts';
import type { Random } from '../concurrency/random.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineEnd } from '../engine/engine.ts';
import { Governor } from '../govern/governor.ts';
import { limitConcurrency, readMachineFacts, requestsAConnection } from '../govern/local-limits.ts';
import type { Transport } from '../http/transport.ts';
import { costReader } from '../plan/cost-from.ts';
import type { RunEvents } from '../report/run-events.ts';
import { ItemPlanner } from './item-planner.ts';
import type { Source } from './request-input.ts';
import type { ResolvedFetchOptions } from './resolve-fetch-options.ts';
import { ResultQueue } from './result-queue.ts';
import type { Result } from './result.ts';
import { SourceBatches } from './source-batches.ts';

/** Items that are under way besides those in flight, so that origins that are ready need not wait for one that is not. */
const heldAhead = 100;
const mostReadAhead = 64;
/** The same, and results that nobody has taken yet, when the concurrency is to be found out. */
const readAheadAtFirst = 10;
const mostUnread = 1_000;

const nobodyListens: RunEvents = {
  attemptStarted: () => undefined,
  attemptEnded: () => undefined,
  retryScheduled: () => undefined,
  resent: () => undefined,
  settled: () => undefined,
  waiting: () => undefined,
};

export interface ResultStreamParts {
  readonly source: Source;
  readonly options: ResolvedFetchOptions;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

interface Running {
  readonly engine: Engine;
  readonly items: SourceBatches;
  readonly over: Promise<void>;
}

/** Turns of the event loop that are given to sockets of which nothing is known. */
const leastTurns = 3;

export class ResultStream implements AsyncIterableIterator<Result, undefined, void>, AsyncDisposable {
  readonly #parts: ResultStreamParts;
  readonly #queue: ResultQueue;
  readonly #concurrency: number;
  #running: Running | null = null;
  #over = false;
  /** What the source threw when it was closed. */
  #closing: { readonly error: unknown } | null = null;

  constructor(parts: ResultStreamParts) {
    this.#parts = parts;
    const { ordered, sending } = parts.options;
    const { concurrency, http } = sending;
    this.#concurrency = limitConcurrency(concurrency, readMachineFacts(), requestsAConnection(http)).concurrency;
    this.#queue = new ResultQueue({
      ordered,
      most: Math.min(this.#concurrency, sending.concurrency === 'auto' ? mostUnread : Infinity),
      onRoom: () => this.#running?.engine.wake(),
    });
  }

  /** The next result. The first call starts the sending; calls may overlap. Rejects as `fetchMany` tells. */
  next(): Promise<IteratorResult<Result, undefined>> {
    if (this.#running === null && !this.#over) this.#start();
    return this.#queue.next();
  }

  /** Cancels what is in flight, closes the source, and waits until that is over. `break` calls it. */
  async return(): Promise<IteratorResult<Result, undefined>> {
    this.#over = true;
    if (this.#running !== null) {
      this.#running.engine.kill();
      await this.#running.over;
    }
    this.#queue.end(null);
    this.#queue.discard();
    const closing = this.#closing;
    this.#closing = null;
    if (closing !== null) throw closing.error;
    return { value: undefined, done: true };
  }

  /** All results in one list, for sources that are not endless. Rejects as `next` does. */
  async toArray(): Promise<Result[]> {
    const results: Result[] = [];
    for await (const result of this) results.push(result);
    return results;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #start(): void {
    const { signal } = this.#parts.options;
    if (signal?.aborted === true) {
      this.#over = true;
      this.#queue.end({ error: signal.reason });
      return;
    }
    try {
      const items = new SourceBatches(this.#parts.source, this.#readAhead(), this.#parts.clock);
      const engine = this.#engine(items);
      signal?.addEventListener('abort', this.#onAbort);
      this.#running = { engine, items, over: this.#conduct(engine, items) };
    } catch (error) {
      // A source that gives no iterator.
      this.#over = true;
      this.#queue.end({ error });
    }
  }

  readonly #onAbort = (): void => this.#running?.engine.kill();

  /** The engine alone would first bring to its end what was read: a caller whose source broke learns of it now. */
  readonly #onSourceFailure = (error: unknown): never => {
    this.#running?.engine.abort(error);
    throw error;
  };

  #readAhead(): number {
    if (this.#parts.options.sending.concurrency === 'auto') return readAheadAtFirst;
    return Math.min(mostReadAhead, Math.ceil(this.#concurrency / 4));
  }

  #engine(items: SourceBatches): Engine {
    const { options, transport, clock, random } = this.#parts;
    const { sending, planning } = options;
    const { retries, retryOn, delivery, maxWaitMs, success, redirects, timeoutMs, maxBodyBytes } = sending;
    const { idempotencyHeader } = planning;
    const findsConcurrency = sending.concurrency === 'auto';
    const maxOutageMs = sending.outage === 'fail' ? 0 : sending.maxOutageMs;
    return new Engine({
      batches: { next: () => items.next().catch(this.#onSourceFailure), return: () => items.return() },
      endIndex: Infinity,
      planner: new ItemPlanner(planning),
      governor: new Governor({
        concurrency: this.#concurrency,
        findsConcurrency,
        perOrigin: sending.perOrigin,
        rates: sending.rates,
        clock,
        random,
      }),
      transport,
      recorder: this.#queue,
      events: nobodyListens,
      clock,
      policy: { retries, retryOn, delivery, idempotencyHeader, maxWaitMs, maxOutageMs, random },
      success,
      redirects,
      timeoutMs,
      maxBodyBytes,
      costOf: costReader(sending.costFrom),
      maxHeld: this.#concurrency + heldAhead,
      maxAhead: heldAhead,
      // What the machine could hold says nothing about what is in flight when that is to be found out.
      maxParked: findsConcurrency ? 0 : this.#concurrency,
    });
  }

  /** Never rejects: what goes wrong is told to the caller by the queue. */
  async #conduct(engine: Engine, items: SourceBatches): Promise<void> {
    const end = await engine.run();
    this.#over = true;
    this.#parts.options.signal?.removeEventListener('abort', this.#onAbort);
    let failure = this.#failureOf(end);
    const [closed, disconnected] = await Promise.allSettled([items.closed, this.#disconnect()]);
    if (closed.status === 'rejected') this.#closing = { error: closed.reason };
    if (disconnected.status === 'rejected') failure ??= { error: disconnected.reason };
    this.#queue.end(failure);
  }

  /** Sockets that were given up are closed by the event loop, a turn or two later; those that were connecting are not counted. */
  async #disconnect(): Promise<void> {
    const { transport, clock } = this.#parts;
    await transport.close();
    for (let turn = 0; turn < 10 && (turn < leastTurns || transport.statistics().connections > 0); turn++)
      await new Promise<void>((resolve) => clock.soon(resolve));
  }

  #failureOf(end: EngineEnd): { readonly error: unknown } | null {
    const { signal } = this.#parts.options;
    if (end.kind === 'aborted') return { error: end.error };
    return end.kind === 'stopped' && signal?.aborted === true ? { error: signal.reason } : null;
  }
}
