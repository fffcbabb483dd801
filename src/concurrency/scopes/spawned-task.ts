// A task that its owner, a line of tasks, runs. It knows how work begins, is told to stop and ends, and who is to be
// told; not when its turn is, nor what follows from a failure.
//
// A task is small, since there may be a million of them: what it needs only while it waits, while it runs or once it has
// settled shares one field, promise, signal and callbacks are made when somebody asks for them, and methods that
// are `#private` would cost each object a field. `npm run bench -- tasks` has the bytes.

import { AsyncResource } from 'node:async_hooks';
import { CancelledError, UsageError } from '../../errors.ts';
import { isConsequence } from './cancellation.ts';
import { Task } from '../task.ts';
import type { Outcome, TaskState } from '../task.ts';

/** Work whose context its owner knows how to make. */
export type AnyWork = (context: never) => unknown;

/** Who runs a task. */
export interface TaskOwner {
  /** Where the work may spawn more. */
  readonly scope: unknown;
  /** The task is about to settle; its state is still the old one. */
  leaving(task: SpawnedTask, as: 'done' | 'failed' | 'cancelled'): void;
  /** Its work failed, or a callback of it did. */
  failed(error: unknown, task: SpawnedTask): void;
  /** It has settled, and all have been told. */
  left(hasRun: boolean): void;
}

/** Work that waits for its turn, and the async context (AsyncLocalStorage) in which it was spawned. */
class WaitingWork extends AsyncResource {
  readonly work: AnyWork;

  constructor(work: AnyWork) {
    super('ManyfetchTask', { requireManualDestroy: true });
    this.work = work;
  }
}

/** What only some tasks need. */
interface More {
  readonly name: string | number;
  abort: AbortController | null;
  settling: PromiseWithResolvers<unknown> | null;
  readonly callbacks: ((task: never) => void)[];
}

export class SpawnedTask<T = unknown> extends Task<T> {
  /** Neighbours in the list of its owner that it is in. */
  previous: SpawnedTask | null = null;
  next: SpawnedTask | null = null;
  readonly owner: TaskOwner;
  /** `stopping`: running, and told to stop. */
  #phase: TaskState | 'stopping' = 'queued';
  /** By phase: the waiting work, nothing, the reason to stop, the result, the error, the reason. */
  #value: unknown;
  /** Its name, or how-manieth it is, until there is more to be kept. */
  #more: More | string | number;

  /** @param name a number: the how-manieth it is */
  constructor(owner: TaskOwner, name: string | number, work: AnyWork) {
    super();
    this.owner = owner;
    this.#more = name;
    this.#value = new WaitingWork(work);
  }

  get name(): string {
    const name = typeof this.#more === 'object' ? this.#more.name : this.#more;
    return typeof name === 'number' ? `task-${name}` : name;
  }

  get state(): TaskState {
    return this.#phase === 'stopping' ? 'running' : this.#phase;
  }

  get result(): T {
    switch (this.#phase) {
      case 'done':
        return this.#value as T;
      case 'failed':
      case 'cancelled':
        throw this.#value;
      default:
        throw new UsageError('task_state', `${this.name} has no result yet: it is ${this.state}`, {
          hint: 'Await it, or ask in onDone.',
        });
    }
  }

  get error(): unknown {
    return this.#phase === 'failed' || this.#phase === 'cancelled' ? this.#value : undefined;
  }

  /** Was told to stop, or was cancelled. */
  get cancelled(): boolean {
    return this.#phase === 'stopping' || this.#phase === 'cancelled';
  }

  get signal(): AbortSignal {
    const more = this.more();
    if (more.abort === null) {
      more.abort = new AbortController();
      if (this.cancelled) more.abort.abort(this.#value);
    }
    return more.abort.signal;
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw this.#value;
  }

  /** Its turn has come. */
  start(context: unknown): void {
    const waiting = this.#value as WaitingWork;
    this.#phase = 'running';
    this.#value = undefined;
    waiting.runInAsyncScope(SpawnedTask.#begin, undefined, this, context, waiting.work);
    waiting.emitDestroy();
  }

  static #begin(this: void, task: SpawnedTask, context: unknown, work: AnyWork): void {
    try {
      const returned: unknown = work(context as never);
      if (!isThenable(returned)) {
        task.returned(returned);
        return;
      }
      // What calls itself a promise, or extends it, may settle twice, or while it is asked: `resolve` takes only a real one as it is.
      // Bound functions: half the size of closures, and there are two for each task that runs.
      void Promise.resolve(returned).then(task.returned.bind(task), task.threw.bind(task));
    } catch (error) {
      task.threw(error);
    }
  }

  private returned(result: unknown): void {
    this.settle('done', result);
  }

  private threw(error: unknown): void {
    if (this.#phase === 'stopping' && isConsequence(error, this.#value)) this.settle('cancelled', this.#value);
    else this.settle('failed', error);
  }

  cancel(reason?: unknown): void {
    const queued = this.#phase === 'queued';
    if (!queued && this.#phase !== 'running') return;
    const why = reason === undefined ? new CancelledError(`${this.name} was cancelled`) : reason;
    if (queued) {
      this.settle('cancelled', why);
      return;
    }
    this.#phase = 'stopping';
    this.#value = why;
    if (typeof this.#more === 'object') this.#more.abort?.abort(why);
  }

  private settle(as: 'done' | 'failed' | 'cancelled', value: unknown): void {
    const owner = this.owner;
    const hasRun = this.#phase !== 'queued';
    owner.leaving(this, as);
    this.#phase = as;
    this.#value = value;
    const more = this.#more;
    if (typeof more === 'object') this.#more = more.name;
    if (as === 'failed') owner.failed(value, this);
    if (typeof more === 'object') this.tell(more);
    owner.left(hasRun);
  }

  private tell({ settling, callbacks }: More): void {
    if (this.#phase === 'done') settling?.resolve(this.#value);
    else settling?.reject(this.#value);
    for (const callback of callbacks) this.call(callback);
  }

  private call(callback: (task: never) => void): void {
    try {
      callback(this as never);
    } catch (error) {
      this.owner.failed(error, this);
    }
  }

  private get settled(): boolean {
    return this.#phase === 'done' || this.#phase === 'failed' || this.#phase === 'cancelled';
  }

  onDone(callback: (task: Task<T>) => void): void {
    if (this.settled) this.call(callback);
    else this.more().callbacks.push(callback);
  }

  private more(): More {
    if (typeof this.#more !== 'object') this.#more = { name: this.#more, abort: null, settling: null, callbacks: [] };
    return this.#more;
  }

  outcome(): Promise<Outcome<T>> {
    return this.then(
      (result) => ({ state: 'done', result }),
      (error: unknown) =>
        this.#phase === 'cancelled' ? { state: 'cancelled', reason: error } : { state: 'failed', error },
    );
  }

  then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((result: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.promise().then(onFulfilled, onRejected);
  }

  /** Only to be handed to somebody who handles its rejection. */
  private promise(): Promise<T> {
    if (this.#phase === 'done') return Promise.resolve(this.#value as T);
    if (this.settled) return Promise.reject(this.#value);
    const more = this.more();
    return (more.settling ??= Promise.withResolvers()).promise as Promise<T>;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return 'then' in value && typeof value.then === 'function';
}
