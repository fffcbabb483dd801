// A task that its owner, a line of tasks, runs. It knows how work begins, is told to stop and ends, and who is to be
// told; not when its turn is, nor what follows from a failure.
//
// A task is small: what it needs only while it waits, while it runs or once it has settled shares one field, and
// promise, signal and callbacks are made when somebody asks for them.

import { AsyncResource } from 'node:async_hooks';
import { CancelledError, UsageError } from '../errors.ts';
import { isConsequence } from './cancellation.ts';
import { Task } from './task.ts';
import type { Outcome, TaskState } from './task.ts';

/** Work whose context its owner knows how to make. */
export type AnyWork = (context: never) => unknown;

/** Who runs a task. */
export interface TaskOwner {
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

/** Who wants to know. */
interface Observers {
  settling: PromiseWithResolvers<unknown> | null;
  readonly callbacks: ((task: never) => void)[];
}

export class SpawnedTask<T = unknown> extends Task<T> {
  /** Neighbours in the list of its owner that it is in. */
  previous: SpawnedTask | null = null;
  next: SpawnedTask | null = null;
  readonly #owner: TaskOwner;
  readonly #name: string | number;
  /** `stopping`: running, and told to stop. */
  #phase: TaskState | 'stopping' = 'queued';
  /** By phase: the waiting work, nothing, the reason to stop, the result, the error, the reason. */
  #value: unknown;
  #abort: AbortController | null = null;
  #observers: Observers | null = null;

  /** @param name a number: the how-manieth it is */
  constructor(owner: TaskOwner, name: string | number, work: AnyWork) {
    super();
    this.#owner = owner;
    this.#name = name;
    this.#value = new WaitingWork(work);
  }

  get name(): string {
    return typeof this.#name === 'number' ? `task-${this.#name}` : this.#name;
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
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.cancelled) this.#abort.abort(this.#value);
    }
    return this.#abort.signal;
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
        task.#settle('done', returned);
        return;
      }
      // What calls itself a promise may settle twice, or while it is asked; a real one does not.
      const promise = returned instanceof Promise ? returned : Promise.resolve(returned);
      // Bound functions: half the size of closures, and there are two for each task that runs.
      void promise.then(task.#settle.bind(task, 'done'), task.#threw.bind(task));
    } catch (error) {
      task.#threw(error);
    }
  }

  #threw(error: unknown): void {
    if (this.#phase === 'stopping' && isConsequence(error, this.#value)) this.#settle('cancelled', this.#value);
    else this.#settle('failed', error);
  }

  cancel(reason?: unknown): void {
    const queued = this.#phase === 'queued';
    if (!queued && this.#phase !== 'running') return;
    const why = reason === undefined ? new CancelledError(`${this.name} was cancelled`) : reason;
    if (queued) {
      this.#settle('cancelled', why);
      return;
    }
    this.#phase = 'stopping';
    this.#value = why;
    this.#abort?.abort(why);
  }

  #settle(as: 'done' | 'failed' | 'cancelled', value: unknown): void {
    const owner = this.#owner;
    const hasRun = this.#phase !== 'queued';
    owner.leaving(this, as);
    this.#phase = as;
    this.#value = value;
    this.#abort = null;
    if (as === 'failed') owner.failed(value, this);
    const observers = this.#observers;
    this.#observers = null;
    if (observers !== null) this.#tell(observers);
    owner.left(hasRun);
  }

  #tell({ settling, callbacks }: Observers): void {
    if (this.#phase === 'done') settling?.resolve(this.#value);
    else settling?.reject(this.#value);
    for (const callback of callbacks) this.#call(callback);
  }

  #call(callback: (task: never) => void): void {
    try {
      callback(this as never);
    } catch (error) {
      this.#owner.failed(error, this);
    }
  }

  get #settled(): boolean {
    return this.#phase === 'done' || this.#phase === 'failed' || this.#phase === 'cancelled';
  }

  onDone(callback: (task: Task<T>) => void): void {
    if (this.#settled) this.#call(callback);
    else this.#observed().callbacks.push(callback);
  }

  #observed(): Observers {
    return (this.#observers ??= { settling: null, callbacks: [] });
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
    return this.#promise().then(onFulfilled, onRejected);
  }

  /** Only to be handed to somebody who handles its rejection. */
  #promise(): Promise<T> {
    if (this.#phase === 'done') return Promise.resolve(this.#value as T);
    if (this.#settled) return Promise.reject(this.#value);
    const observers = this.#observed();
    return (observers.settling ??= Promise.withResolvers()).promise as Promise<T>;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return 'then' in value && typeof value.then === 'function';
}
