// One call of `fetchMany`: starts the line when the first result is asked for, hands results to the caller,
// and takes everything down again. It decides nothing about requests.
// Invariant: when a caller sees the end, an error, or returns from a `break`, nothing is in flight, no callback is
// under way, and no connection, timer or listener is left.

import type { Clock, TimerHandle } from '../../concurrency/clock.ts';
import type { Random } from '../../concurrency/random.ts';
import type { Engine, EngineEnd } from '../../engine/engine.ts';
import { limitConcurrency, readMachineFacts, requestsAConnection } from '../../govern/local-limits.ts';
import type { Transport } from '../../http/transport.ts';
import { fetchEngine, readAheadOf } from './fetch-engine.ts';
import { ProgressTeller } from './fetch-progress.ts';
import { ItemPlanner } from './item-planner.ts';
import { LateItems } from './late-items.ts';
import { OpenItems } from './open-items.ts';
import type { Source } from '../request-input.ts';
import type { ResolvedFetchOptions } from './resolve-fetch-options.ts';
import { ResultCallbacks } from './result-callbacks.ts';
import { ResultQueue } from './result-queue.ts';
import type { Result } from '../result.ts';
import { SourceBatches } from './source-batches.ts';

/** Results that nobody has taken yet, when the concurrency is to be found out. */
const mostUnread = 1_000;
/** Turns of the event loop that are given to sockets of which nothing is known. */
const leastTurns = 3;

export interface ResultStreamParts {
  readonly source: Source;
  readonly options: ResolvedFetchOptions;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

interface Running {
  readonly engine: Engine;
  readonly batches: SourceBatches;
  readonly planner: ItemPlanner;
  readonly over: Promise<void>;
}

interface Failure {
  readonly error: unknown;
}

/** What `fetchMany` gives: results of `Item`s, with the `Value` that `parse` makes of one, or the `Fallback` of `onError`. */
export class ResultStream<Item = unknown, Value = unknown, Fallback = unknown>
  implements AsyncIterableIterator<Result<Item, Value, Fallback>, undefined, void>, AsyncDisposable
{
  readonly #parts: ResultStreamParts;
  readonly #queue: ResultQueue;
  readonly #items = new OpenItems();
  readonly #concurrency: number;
  #running: Running | null = null;
  #deadline: TimerHandle | null = null;
  #late: LateItems | null = null;
  #progress: ProgressTeller | null = null;
  #over = false;
  /** What the source threw when it was closed. */
  #closing: Failure | null = null;

  constructor(parts: ResultStreamParts) {
    this.#parts = parts;
    const { callbacks, ordered, sending } = parts.options;
    const { concurrency, http } = sending;
    this.#concurrency = limitConcurrency(concurrency, readMachineFacts(), requestsAConnection(http)).concurrency;
    this.#queue = new ResultQueue({
      ordered,
      most: Math.min(this.#concurrency, sending.concurrency === 'auto' ? mostUnread : Infinity),
      callbacks: new ResultCallbacks(callbacks),
      items: this.#items,
      onRoom: () => {
        this.#running?.engine.wake();
        this.#late?.give();
      },
      onResult: ({ result }) => this.#progress?.count(result === 'ok'),
      onFailure: (error) => this.#stop((engine) => engine.abort(error)),
      onOver: () => this.#progress?.end(),
    });
  }

  /** The next result. The first call starts the sending; calls may overlap. Rejects as `fetchMany` tells. */
  next(): Promise<IteratorResult<Result<Item, Value, Fallback>, undefined>> {
    if (this.#running === null && !this.#over) this.#start();
    // The class has the fields of all results; only here is it known what they hold.
    return this.#queue.next() as Promise<IteratorResult<Result<Item, Value, Fallback>, undefined>>;
  }

  /** Cancels what is in flight, closes the source, and waits until that and callbacks are over. `break` calls it. */
  async return(): Promise<IteratorResult<Result<Item, Value, Fallback>, undefined>> {
    this.#over = true;
    this.#stop((engine) => engine.kill());
    await this.#running?.over;
    this.#queue.end(null);
    await this.#queue.over;
    const thrown = this.#queue.discard() ?? this.#closing;
    this.#closing = null;
    if (thrown !== null) throw thrown.error;
    return { value: undefined, done: true };
  }

  /** All results in one list, for sources that are not endless. Rejects as `next` does. */
  async toArray(): Promise<Result<Item, Value, Fallback>[]> {
    const results: Result<Item, Value, Fallback>[] = [];
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
    const { options, source, clock } = this.#parts;
    const { planning, signal, totalTimeoutMs } = options;
    if (signal?.aborted === true) {
      this.#over = true;
      this.#queue.end({ error: signal.reason });
      return;
    }
    try {
      const read = (index: number, item: unknown): void => this.#items.read(index, item);
      const batches = new SourceBatches(source, readAheadOf(options, this.#concurrency), clock, read);
      const planner = new ItemPlanner(planning);
      const engine = this.#engine(batches, planner);
      signal?.addEventListener('abort', this.#onAbort);
      if (totalTimeoutMs !== null) this.#deadline = clock.setTimer(totalTimeoutMs, this.#onDeadline);
      this.#progress = this.#teller(engine);
      this.#running = { engine, batches, planner, over: this.#conduct(engine, batches) };
    } catch (error) {
      // A source that gives no iterator.
      this.#over = true;
      this.#queue.end({ error });
    }
  }

  readonly #onAbort = (): void => this.#stop((engine) => engine.kill());

  /** Ends the sending, and what comes after it. */
  #stop(end: (engine: Engine) => void): void {
    if (this.#running !== null) end(this.#running.engine);
    this.#late?.stop();
  }

  /** The time is over. What was read has its results; what was not is a list's, or stays where it is. */
  readonly #onDeadline = (): void => {
    this.#deadline = null;
    const { clock, options, source } = this.#parts;
    const { totalTimeoutMs } = options;
    if (this.#running === null || totalTimeoutMs === null) return;
    const { batches, engine, planner } = this.#running;
    const isList = Array.isArray(source) || source instanceof Set;
    this.#late = new LateItems({
      items: this.#items,
      rest: isList ? batches.rest() : [],
      isWhole: isList || batches.ended,
      recorder: this.#queue,
      planner,
      policy: options.sending,
      totalTimeoutMs,
      clock,
    });
    engine.kill();
  };

  /** The engine alone would first bring to its end what was read: a caller whose source broke learns of it now. */
  readonly #onSourceFailure = (error: unknown): never => {
    this.#running?.engine.abort(error);
    throw error;
  };

  #engine(batches: SourceBatches, planner: ItemPlanner): Engine {
    const { options, transport, clock, random } = this.#parts;
    return fetchEngine({
      options,
      concurrency: this.#concurrency,
      batches: { next: () => batches.next().catch(this.#onSourceFailure), return: () => batches.return() },
      planner,
      transport,
      recorder: this.#queue,
      onPlanned: options.totalTimeoutMs === null ? undefined : (job) => this.#items.planned(job),
      clock,
      random,
    });
  }

  #teller(engine: Engine): ProgressTeller | null {
    const { options, clock } = this.#parts;
    const { onProgress: tell, progressEveryMs: everyMs } = options;
    if (tell === null) return null;
    const onFailure = (error: unknown): void => this.#queue.fail(error);
    return new ProgressTeller({ tell, everyMs, inFlight: () => engine.inFlight, clock, onFailure });
  }

  /** Never rejects: what goes wrong is told to the caller by the queue. */
  async #conduct(engine: Engine, batches: SourceBatches): Promise<void> {
    const { clock, options } = this.#parts;
    const end = await engine.run();
    this.#over = true;
    if (this.#deadline !== null) clock.clearTimer(this.#deadline);
    if (this.#late === null) options.signal?.removeEventListener('abort', this.#onAbort);
    const late = this.#late?.finish();
    const [closed, disconnected, given] = await Promise.allSettled([batches.closed, this.#disconnect(), late]);
    options.signal?.removeEventListener('abort', this.#onAbort);
    let failure = this.#failureOf(end);
    if (closed.status === 'rejected') this.#closing = { error: closed.reason };
    if (disconnected.status === 'rejected') failure ??= { error: disconnected.reason };
    if (given.status === 'rejected') failure ??= { error: given.reason };
    this.#queue.end(failure);
  }

  /** Sockets that were given up are closed by the event loop, a turn or two later; those that were connecting are not counted. */
  async #disconnect(): Promise<void> {
    const { transport, options, clock } = this.#parts;
    if (options.given !== null) return;
    await transport.close();
    for (let turn = 0; turn < 10 && (turn < leastTurns || transport.statistics().connections > 0); turn++)
      await new Promise<void>((resolve) => clock.soon(resolve));
  }

  #failureOf(end: EngineEnd): Failure | null {
    const { signal } = this.#parts.options;
    if (end.kind === 'aborted') return { error: end.error };
    return end.kind === 'stopped' && signal?.aborted === true ? { error: signal.reason } : null;
  }
}
