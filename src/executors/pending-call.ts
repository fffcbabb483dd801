// A call on its way: what is sent of it, who waits for it, and what is known of how far it came.

import type { Transferable } from 'node:worker_threads';
import type { CallMessage, Target } from './messages.ts';
import { withoutTransfer } from './transfer.ts';

export class PendingCall {
  readonly id: number;
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly #args: readonly unknown[];
  readonly #each: boolean;
  readonly #settled: PromiseWithResolvers<unknown> = Promise.withResolvers();
  hasBegun = false;
  /** Something of it was moved to a worker, and is gone with it. */
  hasMoved = false;
  /** It was cancelled, and did not heed it in time. */
  isOverdue = false;
  /** Workers that it was given to. */
  tries = 0;

  constructor(id: number, target: Target, args: readonly unknown[], each: boolean, signal: AbortSignal) {
    this.id = id;
    this.target = target;
    this.signal = signal;
    this.#args = args;
    this.#each = each;
  }

  /** If its worker dies, another one can make it, as nothing of it was done. */
  get canGoElsewhere(): boolean {
    return !this.hasBegun && !this.hasMoved && this.tries < 2;
  }

  get settled(): Promise<unknown> {
    return this.#settled.promise;
  }

  resolve(result: unknown): void {
    this.#settled.resolve(result);
  }

  reject(error: unknown): void {
    this.#settled.reject(error);
  }

  /** @param list gets what is to be moved */
  message(list: Transferable[]): CallMessage {
    const args = this.#args.map((value) => withoutTransfer(value, list));
    return { kind: 'call', id: this.id, target: this.target, args, each: this.#each };
  }
}
