// Finds sessions whose server has fallen silent: while requests are in flight and nothing has been heard in an
// interval, it asks with a PING; if nothing comes in the next one either, the session is dead.
//
// Invariant: one timeout a session, and none while nothing is in flight. What has arrived and was not read yet,
// since this process was busy, counts as heard.

import type { Clock } from '../../concurrency/clock.ts';
import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import type { TimeoutOwner, TimerWheel } from '../../concurrency/time/timer-wheel.ts';

/** Whose pulse it is. */
export interface Patient {
  readonly isBusy: boolean;
  /** Asks the server for a sign of life, which comes as `Pulse.heard`. */
  ping(): void;
  /** The server is silent. */
  dead(): void;
}

export class Pulse implements TimeoutOwner {
  /** Something came since it was last looked. Whoever hears something sets it. */
  heard = false;
  readonly #patient: Patient;
  readonly #intervalMs: number;
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  /** The connection keeps the process going as long as something is in flight. */
  readonly #timeout = new Timeout(this, true);
  #asked = false;
  #stopped = false;

  constructor(patient: Patient, intervalMs: number, wheel: TimerWheel, clock: Clock) {
    this.#patient = patient;
    this.#intervalMs = intervalMs;
    this.#wheel = wheel;
    this.#clock = clock;
  }

  /** Something is in flight. */
  watch(): void {
    if (this.#timeout.next !== null || this.#stopped) return;
    this.heard = false;
    this.#asked = false;
    this.#wheel.set(this.#timeout, this.#intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#wheel.clear(this.#timeout);
  }

  onTimeout(): void {
    if (!this.#patient.isBusy) return;
    // What lies in the socket's buffer is read before this.
    if (this.#asked && !this.heard) this.#clock.soon(this.#judge);
    else this.#goOn();
  }

  readonly #judge = (): void => {
    if (this.#stopped) return;
    if (this.heard) this.#goOn();
    else this.#patient.dead();
  };

  #goOn(): void {
    this.#asked = !this.heard;
    this.heard = false;
    if (this.#asked) this.#patient.ping();
    this.#wheel.set(this.#timeout, this.#intervalMs);
  }
}
