// One worker as its pool sees it: the calls it was given, and whether it may get more. It settles them when it answers, and
// when it dies. It must not choose who works on what.
//
// Invariants: each call is settled once, or given back once. A worker in which another call has begun is not killed for one that
// was cancelled: it gets no more, and is ended with the last of its calls.

import type { Transferable } from 'node:worker_threads';
import { messageOf } from '../concurrency/scopes/failures.ts';
import { UsageError } from '../errors.ts';
import { type FromWorker, isFromWorker, type SetupMessage, type ToWorker } from './messages.ts';
import { unpackError } from './packed-error.ts';
import { WorkerError } from './worker-error.ts';
import type { PendingCall } from './pending-call.ts';
import type { Ending, OpenLink, WorkerLink } from './worker-link.ts';

/** What a member tells its crew. */
export interface CrewEvents {
  /** The worker died before it began this call. */
  again(call: PendingCall): void;
  /** It gets no more calls. */
  retired(): void;
  /** It died, or left; `died`: nobody had told it to. */
  gone(died: boolean): void;
}

export class CrewMember {
  readonly calls = new Map<number, PendingCall>();
  /** Gets no more calls. */
  isRetired = false;
  readonly #link: WorkerLink;
  readonly #events: CrewEvents;
  #left: number;
  /** To leave, or was killed. */
  #isTold = false;
  #isAwaited = false;
  #broken: WorkerError | null = null;
  /** The last error that nobody caught. */
  #uncaught: unknown = undefined;

  constructor(open: OpenLink, ordinal: number, tasks: number, setup: SetupMessage, events: CrewEvents) {
    this.#events = events;
    this.#left = tasks;
    this.#link = open(ordinal, {
      message: (message) => {
        if (isFromWorker(message)) this.#hear(message);
      },
      ended: (ending) => this.#ended(ending),
    });
    this.#link.hold(false);
    this.#link.post(setup, []);
  }

  give(call: PendingCall): void {
    const list: Transferable[] = [];
    try {
      this.#link.post(call.message(list), list);
    } catch (cause) {
      call.reject(notSendable(call, cause));
      return;
    }
    call.hasMoved = list.length > 0;
    this.calls.set(call.id, call);
    this.#link.hold(true);
    if (--this.#left === 0) this.#retire();
  }

  /** Asks it to stop with a call. */
  cancel(call: PendingCall, reason: string): void {
    this.#post({ kind: 'cancel', id: call.id, reason });
  }

  /** A call that was cancelled goes on for too long. */
  giveUp(call: PendingCall): void {
    call.isOverdue = true;
    this.#retire();
    this.#killIfUseless();
  }

  /** Tells it to leave when nothing is left to do. It is waited for: the program stays alive until it has. */
  dismiss(): void {
    this.#isAwaited = true;
    this.#link.hold(true);
    this.#retire();
    this.#leaveIfDone();
  }

  kill(): void {
    this.#isTold = true;
    this.#link.kill();
  }

  #leaveIfDone(): void {
    if (!this.isRetired || this.calls.size > 0) return;
    this.#isTold = true;
    this.#post({ kind: 'leave' });
  }

  #post(message: ToWorker): void {
    this.#link.post(message, []);
  }

  #retire(): void {
    if (this.isRetired) return;
    this.isRetired = true;
    this.#events.retired();
  }

  #killIfUseless(): void {
    const calls = [...this.calls.values()];
    if (calls.some(({ isOverdue }) => isOverdue) && calls.every((call) => call.isOverdue || call.canGoElsewhere))
      this.kill();
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'broken') {
      const error = unpackError(message.error);
      this.#broken = new WorkerError(`${this.#link.name} could not be set up: ${messageOf(error)}`, error);
      this.#retire();
      return;
    }
    if (message.kind === 'uncaught') {
      this.#uncaught = unpackError(message.error);
      this.#retire();
    }
    const call = message.id === null ? undefined : this.calls.get(message.id);
    if (call === undefined) return;
    if (message.kind === 'began') {
      call.hasBegun = true;
      return;
    }
    this.calls.delete(call.id);
    if (message.kind === 'done') call.resolve(message.result);
    else if (message.kind === 'uncaught') call.reject(this.#death(messageOf(this.#uncaught)));
    else call.reject(message.aborted ? call.signal.reason : unpackError(message.error));
    if (this.calls.size === 0 && !this.#isAwaited) this.#link.hold(false);
    this.#killIfUseless();
    this.#leaveIfDone();
  }

  #ended({ how, cause }: Ending): void {
    this.#retire();
    const died = !this.#isTold || this.#uncaught !== undefined;
    if (cause !== undefined) this.#uncaught ??= cause;
    for (const call of this.calls.values()) {
      if (call.signal.aborted) call.reject(call.signal.reason);
      else if (this.#broken !== null) call.reject(this.#broken);
      else if (call.canGoElsewhere) this.#events.again(call);
      else
        call.reject(this.#death(this.#uncaught === undefined || cause !== undefined ? how : messageOf(this.#uncaught)));
    }
    this.calls.clear();
    this.#events.gone(died);
  }

  #death(how: string): WorkerError {
    return new WorkerError(`${this.#link.name} died: ${how}`, this.#uncaught);
  }
}

function notSendable(call: PendingCall, cause: unknown): UsageError {
  return new UsageError(
    'bad_option',
    `The arguments of ${call.target.name} cannot be sent to a worker: ${messageOf(cause)}`,
    {
      hint: 'Give plain data: functions, promises, sockets and the like stay where they are.',
      cause,
    },
  );
}
