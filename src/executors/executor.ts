// What pools of threads and of processes are to their users. Tasks are those of a scope, which holds them to the number that the
// workers have room for; what a task does is one call in a worker.
//
// Invariant: after shutdown no worker is left, and every task has settled.

import { badValue } from '../concurrency/bad-value.ts';
import { Failures } from '../concurrency/scopes/failures.ts';
import { mapOrdered } from '../concurrency/map-ordered.ts';
import { mapUnordered } from '../concurrency/map-unordered.ts';
import type { MapSource, MapStream } from '../concurrency/sources/map-stream.ts';
import { openScope, type Scope } from '../concurrency/scope.ts';
import type { SpawnOptions } from '../concurrency/scopes/scope-options.ts';
import type { Task } from '../concurrency/task.ts';
import { UsageError } from '../errors.ts';
import { type AnyFunction, type ModuleCall, targetOf } from './call-target.ts';
import { ChunkedStream, chunksOf } from './chunked-stream.ts';
import { Crew } from './crew.ts';
import { checkCount, checkedExecutorOptions, type ExecutorOptions } from './executor-options.ts';
import type { ExecutorMapOptions, ExecutorStatistics, ShutdownOptions } from './executor-use.ts';
import { mustBeOutside } from './inside-worker.ts';
import type { Target } from './messages.ts';
import type { Transfer } from './transfer.ts';
import type { OpenLink } from './worker-link.ts';

/** Arguments as they are, or to be moved. */
export type Sent<Args extends readonly unknown[]> = {
  readonly [Place in keyof Args]: Args[Place] | Transfer<Args[Place]>;
};

/**
 * What a `ThreadPool` and a `ProcessPool` have in common: the `Executor` of concurrent.futures, with tasks of this library for futures. What it
 * was given to do is over when it has been left: `await using`, or `shutdown`.
 */
export abstract class Executor implements AsyncDisposable {
  readonly #crew: Crew;
  readonly #scope: Scope;
  readonly #room: number;
  /** What callbacks threw. */
  readonly #failures = new Failures();
  /** Tasks that have failed: what is told of one besides comes from a callback. */
  readonly #failed = new WeakSet<object>();
  #ended: Promise<void> | null = null;

  protected constructor(options: ExecutorOptions, open: OpenLink) {
    mustBeOutside();
    const { initializer, initArgs, signal, ...checked } = checkedExecutorOptions(options);
    const first = initializer === null ? null : targetOf(initializer, '`initializer`');
    this.#crew = new Crew({ ...checked, open, setup: { kind: 'setup', initializer: first, args: initArgs } });
    this.#room = checked.workers * checked.perWorker;
    this.#scope = openScope({
      limit: this.#room,
      signal,
      clock: checked.clock,
      onError: (error, task) => {
        if (this.#failed.has(task) || task.state !== 'failed') this.#failures.add(error, task.name);
        this.#failed.add(task);
      },
    });
  }

  /**
   * Has a worker call a function. Either one that a module exports: the module is loaded in each worker once, TypeScript as it is. Or a
   * function that uses nothing but its arguments: it is sent as its text. Arguments and result are copied, as `structuredClone` does.
   *
   * The task has `state`, `result`, `onDone`, `cancel`, and can be awaited. Its failure is told by the task alone.
   *
   * @throws UsageError for what cannot be sent; `task_state` after `shutdown`. The task fails with what the function threw; WorkerError if
   *   its worker died; UsageError `not_self_contained`, if the function needs what surrounds it
   */
  submit<Args extends readonly unknown[], Result>(
    work: (...args: Args) => Result,
    ...args: Sent<NoInfer<Args>>
  ): Task<Awaited<Result>>;
  /** @param name of the export. `submit<typeof work>(…)` knows its arguments and its result */
  submit<Work extends AnyFunction = (...args: unknown[]) => unknown>(
    module: string | URL,
    name: string,
    ...args: Sent<Parameters<Work>>
  ): Task<Awaited<ReturnType<Work>>>;
  submit(work: AnyFunction | string | URL, ...rest: readonly unknown[]): Task<unknown> {
    if (typeof work === 'function') return this.#spawn(targetOf(work), rest, false, {});
    if (typeof work !== 'string' && !(work instanceof URL))
      throw badValue('`work`', 'a function, or a module and the name of its export', work);
    const [name, ...args] = rest;
    return this.#spawn(targetOf({ module: work, name: name as string }), args, false, {});
  }

  /** As `submit`, with the arguments in a list, and a name or a signal for the task. */
  apply<Result = unknown>(
    work: ((...args: never[]) => Result) | ModuleCall,
    args: readonly unknown[] = [],
    options: SpawnOptions = {},
  ): Task<Awaited<Result>> {
    if (!Array.isArray(args)) throw badValue('`args`', 'a list of arguments', args);
    return this.#spawn(targetOf(work), args, false, options) as Task<Awaited<Result>>;
  }

  /**
   * Has workers call a function for each item of a source, which is pulled only while there is room. Results come in the order of the items;
   * with `ordered: false` as they are made. The first failure cancels the rest, and is thrown, in an `AggregateError` if
   * others failed before they had ended; leaving the loop cancels, too.
   *
   * @throws UsageError for what cannot be used, at once
   */
  map<Item, Result = unknown>(
    work: ((item: Item) => Result) | ModuleCall,
    source: MapSource<Item>,
    options: ExecutorMapOptions = {},
  ): MapStream<Awaited<Result>> {
    const { chunk = 1, ordered = true, ...rest } = options;
    checkCount('`chunk`', chunk);
    const target = targetOf(work);
    const map = ordered ? mapOrdered : mapUnordered;
    // Twice the room: there is always a task that waits for the next worker.
    const how = { ...rest, limit: rest.limit ?? 2 * this.#room };
    if (chunk === 1)
      return map(source, (item, { signal }) => this.#spawn(target, [item], false, { signal }), how) as MapStream<
        Awaited<Result>
      >;
    const each = (items: readonly Item[], signal: AbortSignal) => this.#spawn(target, items, true, { signal });
    return new ChunkedStream(
      map(chunksOf(source, chunk), (items, { signal }) => each(items, signal) as Task<Awaited<Result>[]>, how),
    );
  }

  #spawn(target: Target, args: readonly unknown[], each: boolean, options: SpawnOptions): Task<unknown> {
    if (this.#ended !== null) {
      const hint = 'Submit before `shutdown`, or before the block of its `await using` ends.';
      throw new UsageError('task_state', 'Cannot submit to a pool that was shut down', { hint });
    }
    return this.#scope.spawn(({ signal }) => this.#crew.carryOut(target, args, each, signal), options);
  }

  /**
   * Takes no more tasks, and ends the workers when those it has are over. Leaving an `await using` does the same.
   *
   * @throws what callbacks of tasks threw; the reason of the signal of the pool, if that cancelled it
   */
  async shutdown({ wait = true, cancel = false }: ShutdownOptions = {}): Promise<void> {
    if (cancel) this.#scope.cancel();
    const isFirst = this.#ended === null;
    this.#ended ??= this.#end();
    if (wait) await this.#ended;
    else if (isFirst) this.#ended.catch(() => undefined);
  }

  async #end(): Promise<void> {
    try {
      await this.#scope.close();
    } finally {
      await this.#crew.end();
    }
    if (this.#failures.size > 0) throw this.#failures.toError();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  statistics(): ExecutorStatistics {
    const { alive: workers, started, died } = this.#crew;
    const { running, queued, done, failed, cancelled } = this.#scope.statistics();
    return { workers, started, died, running, queued, done, failed, cancelled };
  }
}
