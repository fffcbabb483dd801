// What the work of a task is given: a window on its task, and the scope to spawn more in. It holds nothing itself, so
// that it costs a task nothing once its work does not need it.

import type { SpawnedTask } from './spawned-task.ts';

export class ScopedContext<Scope> {
  readonly scope: Scope;
  readonly #task: SpawnedTask;

  constructor(scope: Scope, task: SpawnedTask) {
    this.scope = scope;
    this.#task = task;
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
