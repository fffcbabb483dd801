// The contract between a pool and one worker of it, be it a thread or a process. What is done with it is not known here.

import type { Transferable } from 'node:worker_threads';
import type { ToWorker } from './messages.ts';

/** How a worker came to its end. */
export interface Ending {
  /** `exit code 3`, `SIGKILL`, … */
  readonly how: string;
  /** What ended it, if an error did. */
  readonly cause?: unknown;
}

/** What a worker tells. */
export interface LinkEvents {
  /** Not only what is ours: the functions may post, too. */
  message(message: unknown): void;
  /** Called once, after the last message. */
  ended(ending: Ending): void;
}

export interface WorkerLink {
  /** For messages: `Thread 3`, `Process 4711`. */
  readonly name: string;
  /** @throws what the platform throws for a value that cannot be copied */
  post(message: ToWorker, list: readonly Transferable[]): void;
  /** At once, whatever it does. */
  kill(): void;
  /** Whether the program stays alive for it. */
  hold(isHeld: boolean): void;
}

/** Starts one. It may be posted to at once. */
export type OpenLink = (ordinal: number, events: LinkEvents) => WorkerLink;
