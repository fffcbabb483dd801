// Tasks in the order in which they were spawned, so many of them at work at the same time. It does not know what a
// failure means, nor when no more will come.
//
// Invariants: work never begins within the call that spawned it, and never in a line that was cancelled; a task is in one
// of two lists until it settles, and counts as alive until all that observe it have been told.

import { ScopedContext } from './scoped-context.ts';
import { SpawnedTask } from './spawned-task.ts';
import type { AnyWork, TaskOwner } from './spawned-task.ts';
import { TaskList } from './task-list.ts';

/** Who keeps the line. */
export interface LineKeeper {
  /** Where the work may spawn more. */
  readonly scope: unknown;
  failed(error: unknown, task: SpawnedTask): void;
  /** No task is alive any more. */
  idle(): void;
}

/** How many tasks a message names. */
const namedInMessage = 3;

const now = Promise.resolve();

export class TaskLine implements TaskOwner {
  readonly #keeper: LineKeeper;
  readonly #limit: number;
  readonly #queue = new TaskList();
  readonly #atWork = new TaskList();
  #alive = 0;
  #unnamed = 0;
  #isCancelled = false;
  #reason: unknown = undefined;
  #pumping = false;
  #pumpComes = false;
  spawned = 0;
  done = 0;
  failures = 0;
  cancelled = 0;

  constructor(keeper: LineKeeper, limit: number) {
    this.#keeper = keeper;
    this.#limit = limit;
  }

  get scope(): unknown {
    return this.#keeper.scope;
  }

  get limit(): number {
    return this.#limit;
  }

  get running(): number {
    return this.#atWork.length;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Some task has not settled, or is telling it. */
  get busy(): boolean {
    return this.#alive > 0;
  }

  /** Those that have not settled: at work, then waiting. */
  unsettled(): readonly SpawnedTask[] {
    return [...this.#atWork, ...this.#queue];
  }

  /** Which have not settled, for a message; nothing, if there was but one, which everybody knows. */
  late(): string {
    const { running, queued } = this;
    if (this.spawned < 2) return '';
    const names = [...this.#atWork].slice(0, namedInMessage);
    const more = running > names.length ? ` and ${running - names.length} more` : '';
    const atWork = `${names.map(({ name }) => name).join(', ')}${more} at work`;
    return [...(running > 0 ? [atWork] : []), ...(queued > 0 ? [`${queued} waiting`] : [])].join(', ');
  }

  spawn<T>(work: AnyWork, name: string | undefined): SpawnedTask<T> {
    const task = new SpawnedTask<T>(this, name ?? ++this.#unnamed, work);
    this.spawned++;
    this.#alive++;
    this.#queue.add(task);
    if (this.#isCancelled) task.cancel(this.#reason);
    else if (!this.#pumpComes && !this.#pumping && this.#atWork.length < this.#limit) {
      this.#pumpComes = true;
      void now.then(this.#pump);
    }
    return task;
  }

  /** Tells all that run to stop; what waits, or comes later, is settled without beginning. */
  cancelAll(reason: unknown): void {
    this.#isCancelled = true;
    this.#reason = reason;
    for (let task = this.#atWork.first; task !== null; task = task.next) task.cancel(reason);
    while (this.#queue.first !== null) this.#queue.first.cancel(reason);
  }

  // A loop and not a call from settle to start: a million pieces of work that end at once must not fill the stack.
  readonly #pump = (): void => {
    this.#pumpComes = false;
    if (this.#pumping) return;
    this.#pumping = true;
    for (let task = this.#queue.first; task !== null && this.#atWork.length < this.#limit; task = this.#queue.first) {
      this.#queue.delete(task);
      this.#atWork.add(task);
      task.start(new ScopedContext(task));
    }
    this.#pumping = false;
  };

  leaving(task: SpawnedTask, as: 'done' | 'failed' | 'cancelled'): void {
    if (task.state === 'queued') this.#queue.delete(task);
    else this.#atWork.delete(task);
    if (as === 'done') this.done++;
    else if (as === 'failed') this.failures++;
    else this.cancelled++;
  }

  failed(error: unknown, task: SpawnedTask): void {
    this.#keeper.failed(error, task);
  }

  left(hasRun: boolean): void {
    this.#alive--;
    if (hasRun && this.#queue.first !== null) this.#pump();
    if (this.#alive === 0) this.#keeper.idle();
  }
}
