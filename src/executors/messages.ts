// What a pool and its workers say to each other. Plain data only, which can be copied to another thread or process; and how it
// is told from what others say there.

import type { PackedError } from './packed-error.ts';

/** What is to be called: a function that a module exports, or the text of one. */
export type Target =
  | { readonly kind: 'export'; readonly module: string; readonly name: string }
  | { readonly kind: 'inline'; readonly name: string; readonly source: string };

/** One call. With `each` the function is called for each of the arguments by itself, one after another. */
export interface CallMessage {
  readonly kind: 'call';
  readonly id: number;
  readonly target: Target;
  readonly args: readonly unknown[];
  readonly each: boolean;
}

/** What is called before anything else; the first message to a worker. */
export interface SetupMessage {
  readonly kind: 'setup';
  readonly initializer: Target | null;
  readonly args: readonly unknown[];
}

export type ToWorker =
  | SetupMessage
  | CallMessage
  | { readonly kind: 'cancel'; readonly id: number; readonly reason: string }
  | { readonly kind: 'leave' };

export type FromWorker =
  /** Told before the first line of a call is run: if the worker dies before, the call can be made elsewhere. */
  | { readonly kind: 'began'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  /** `aborted`: only since it was cancelled. */
  | { readonly kind: 'failed'; readonly id: number; readonly error: PackedError; readonly aborted: boolean }
  /** An error that nobody caught. Whose call it came from is not always known. */
  | { readonly kind: 'uncaught'; readonly id: number | null; readonly error: PackedError }
  /** The initializer failed; the worker leaves. */
  | { readonly kind: 'broken'; readonly error: PackedError };

const kindsFromWorker: readonly unknown[] = ['began', 'done', 'failed', 'uncaught', 'broken'];

/** What runs in a worker may post to its parent by itself, anything: that is not for the pool. */
export function isFromWorker(message: unknown): message is FromWorker {
  return kindsFromWorker.includes((message as Partial<FromWorker> | null)?.kind);
}
