// The workers of a pool: starts them when they are needed, chooses who gets a call, replaces who died. How many calls there may be
// at once is up to the pool: there are never more than the workers have room for.
//
// Invariant: a call that was carried out or given up has settled; one whose worker died before it began is given to another one, once.

import { Alarm } from '../concurrency/time/alarm.ts';
import type { Clock } from '../concurrency/clock.ts';
import { messageOf } from '../concurrency/scopes/failures.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import { CrewMember } from './crew-member.ts';
import type { SetupMessage, Target } from './messages.ts';
import { PendingCall } from './pending-call.ts';
import type { OpenLink } from './worker-link.ts';

/** What a crew goes by. */
export interface CrewOptions {
  readonly workers: number;
  readonly perWorker: number;
  readonly tasksPerWorker: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly setup: SetupMessage;
  readonly open: OpenLink;
}

export class Crew {
  readonly #options: CrewOptions;
  /** Those that take calls. */
  readonly #active = new Set<CrewMember>();
  /** Those that take no more, and are not gone. */
  readonly #retired = new Set<CrewMember>();
  #nextId = 1;
  #gone: (() => void)[] = [];
  /** Ever. */
  started = 0;
  /** Of those that were started: ended by anything but the pool. */
  died = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  get alive(): number {
    return this.#active.size + this.#retired.size;
  }

  /** Settles when the call is over: not when it was cancelled, but when that has taken effect. */
  async carryOut(target: Target, args: readonly unknown[], each: boolean, signal: AbortSignal): Promise<unknown> {
    const { clock, graceMs } = this.#options;
    const call = new PendingCall(this.#nextId++, target, args, each, signal);
    let grace: Alarm | null = null;
    const forget = onAbort(signal, () => {
      this.#memberOf(call)?.cancel(call, messageOf(signal.reason));
      grace = new Alarm(clock, graceMs, () => this.#memberOf(call)?.giveUp(call));
    });
    try {
      this.#place(call);
      return await call.settled;
    } finally {
      forget();
      (grace as Alarm | null)?.clear();
    }
  }

  /** Ends all workers, when their calls are over, and waits until they are gone. */
  async end(): Promise<void> {
    const { clock, graceMs } = this.#options;
    for (const member of [...this.#active, ...this.#retired]) member.dismiss();
    const alarm = new Alarm(clock, graceMs, () => this.#retired.forEach((member) => member.kill()));
    while (this.alive > 0) await new Promise<void>((resolve) => this.#gone.push(resolve));
    alarm.clear();
  }

  #memberOf({ id }: PendingCall): CrewMember | undefined {
    for (const members of [this.#active, this.#retired])
      for (const member of members) if (member.calls.has(id)) return member;
    return undefined;
  }

  #place(call: PendingCall): void {
    call.tries++;
    try {
      this.#choose().give(call);
    } catch (error) {
      call.reject(error);
    }
  }

  /** One that has nothing to do, else a new one, else the one with the fewest calls. */
  #choose(): CrewMember {
    const { workers } = this.#options;
    let best: CrewMember | null = null;
    for (const member of this.#active) {
      if (member.calls.size === 0) return member;
      if (best === null || member.calls.size < best.calls.size) best = member;
    }
    return best === null || this.#active.size < workers ? this.#start() : best;
  }

  #start(): CrewMember {
    const { open, setup, tasksPerWorker } = this.#options;
    const member: CrewMember = new CrewMember(open, this.started + 1, tasksPerWorker, setup, {
      again: (call) => this.#place(call),
      retired: () => {
        this.#active.delete(member);
        this.#retired.add(member);
      },
      gone: (died) => {
        this.#retired.delete(member);
        if (died) this.died++;
        for (const resolve of this.#gone.splice(0)) resolve();
      },
    });
    this.started++;
    this.#active.add(member);
    return member;
  }
}
