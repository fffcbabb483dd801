// What the work of a task is given: a window on its task, and no more, so that it costs nothing where the work does not
// keep it. It is not the task itself: who resolves a promise with it would wait for the task.

import type { SpawnedTask } from './spawned-task.ts';

export class ScopedContext<Scope> {
  readonly #task: SpawnedTask;

  constructor(task: SpawnedTask) {
    this.#task = task;
  }

  get scope(): Scope {
    return this.#task.owner.scope as Scope;
  }

  get signal(): AbortSignal {
    return this.#task.signal;
  }

  get cancelled(): boolean {
    return this.#task.cancelled;
  }

  get name(): string {
    return this.#task.name;
  }

  throwIfCancelled(): void {
    this.#task.throwIfCancelled();
  }
}
