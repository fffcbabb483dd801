// What a function that is mapped over a source is told besides its item: what all work is told, and which item it is. A window on
// the context of its task, as that is one on the task: nothing is made before somebody asks, and nothing of it is its own, so
// that it can be given where options are taken that are checked by their names.

import type { Scope, TaskContext } from '../scope.ts';

/** The context of the work on one item of a source. Like that of any task, it fits where options with a `signal` are taken. */
export interface ItemContext extends TaskContext {
  /** The ordinal of the item in the source, from 0. */
  readonly index: number;
}

export class IndexedContext implements ItemContext {
  readonly #index: number;
  readonly #context: TaskContext;

  constructor(index: number, context: TaskContext) {
    this.#index = index;
    this.#context = context;
  }

  get index(): number {
    return this.#index;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get cancelled(): boolean {
    return this.#context.cancelled;
  }

  get scope(): Scope {
    return this.#context.scope;
  }

  get name(): string {
    return this.#context.name;
  }

  throwIfCancelled(): void {
    this.#context.throwIfCancelled();
  }
}
