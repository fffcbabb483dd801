// A worker that is a thread of this process.

import { type Transferable, Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf } from '../concurrency/scopes/failures.ts';
import type { ToWorker } from './messages.ts';
import { siblingModule } from './sibling-module.ts';
import type { LinkEvents, WorkerLink } from './worker-link.ts';

export class ThreadLink implements WorkerLink {
  readonly name: string;
  readonly #worker: Worker;
  #error: unknown = undefined;

  constructor(ordinal: number, options: WorkerOptions, events: LinkEvents) {
    this.name = `Thread ${ordinal}`;
    this.#worker = new Worker(siblingModule('worker-entry'), { name: `manyfetch ${ordinal}`, ...options });
    this.#worker.on('message', (message) => events.message(message));
    this.#worker.on('error', (error: unknown) => (this.#error = error));
    this.#worker.on('exit', (code) => {
      const error = this.#error;
      if (error === undefined) events.ended({ how: `exit code ${code}` });
      else events.ended({ how: messageOf(error), cause: error });
    });
  }

  post(message: ToWorker, list: readonly Transferable[]): void {
    this.#worker.postMessage(message, list);
  }

  kill(): void {
    void this.#worker.terminate();
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }
}
