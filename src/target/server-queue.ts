// A server that works on so many requests at once and lets the others wait in their order. It wastes no
// time: who waits begins when the one before was due to end, however late the timer fired, so that the
// throughput is what the numbers say. A request that is given up leaves at once and makes room.

import type { Clock } from '../concurrency/clock.ts';
import type { Call } from './call.ts';

interface Job {
  readonly call: Call;
  readonly arrivedMs: number;
  readonly done: () => void;
  isWorkedOn: boolean;
}

export class ServerQueue {
  readonly #clock: Clock;
  readonly #servers: number;
  readonly #serviceMs: (present: number) => number;
  /** In the order of their arrival. */
  readonly #waiting = new Set<Job>();
  readonly #working = new Set<Job>();

  /** `serviceMs` tells how long one takes when so many are there, waiting or not. */
  constructor(clock: Clock, servers: number, serviceMs: (present: number) => number) {
    this.#clock = clock;
    this.#servers = servers;
    this.#serviceMs = serviceMs;
  }

  /** Those that wait and those that are worked on. */
  get present(): number {
    return this.#waiting.size + this.#working.size;
  }

  /** Calls back when it is served; never, if the client gives up. */
  enter(call: Call, done: () => void): void {
    const job: Job = { call, arrivedMs: this.#clock.now(), done, isWorkedOn: false };
    call.onClose(() => {
      if (this.#waiting.delete(job)) return;
      if (job.isWorkedOn) this.#end(job, this.#clock.now());
    });
    this.#waiting.add(job);
    if (this.#working.size < this.#servers) this.#begin(job, job.arrivedMs);
  }

  #begin(job: Job, fromMs: number): void {
    const dueMs = fromMs + this.#serviceMs(this.present);
    this.#waiting.delete(job);
    this.#working.add(job);
    job.isWorkedOn = true;
    job.call.after(Math.max(0, dueMs - this.#clock.now()), () => {
      this.#end(job, dueMs);
      job.done();
    });
  }

  #end(job: Job, atMs: number): void {
    job.isWorkedOn = false;
    this.#working.delete(job);
    for (const next of this.#waiting) {
      this.#begin(next, Math.max(atMs, next.arrivedMs));
      return;
    }
  }
}
