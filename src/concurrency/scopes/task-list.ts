// Tasks in a row. Adding at the end and taking out anywhere cost O(1) and make nothing: a task knows its neighbours,
// and is in one list at a time.

import type { SpawnedTask } from './spawned-task.ts';

export class TaskList {
  #first: SpawnedTask | null = null;
  #last: SpawnedTask | null = null;
  #length = 0;

  get first(): SpawnedTask | null {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  *[Symbol.iterator](): Generator<SpawnedTask> {
    for (let task = this.#first; task !== null; task = task.next) yield task;
  }

  add(task: SpawnedTask): void {
    task.previous = this.#last;
    if (this.#last === null) this.#first = task;
    else this.#last.next = task;
    this.#last = task;
    this.#length++;
  }

  /** Takes out a task that is in this list. */
  delete(task: SpawnedTask): void {
    const { previous, next } = task;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    task.previous = null;
    task.next = null;
    this.#length--;
  }
}
