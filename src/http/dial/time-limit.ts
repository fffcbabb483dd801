// The connect timeout: a dialling with all its steps, through proxies or not, is done in time or ends with an
// error that says what it waited for. One wheel for all, and no timer for each.
//
// Invariant: the callback comes once at most, and not after an abort.

import type { Socket } from 'node:net';
import { systemClock } from '../../concurrency/clock.ts';
import { Timeout, TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { TimeoutOwner } from '../../concurrency/time/timer-wheel.ts';
import type { TransportOptions } from '../transport-options.ts';
import type { DialTimes } from '../exchange-times.ts';
import { ConnectTimeout } from './connect-timeout.ts';
import type { AbortDial, DialDone, Reached } from './dialler.ts';

const defaultMs = 10_000;

export class TimeLimit {
  readonly #ms: number;
  readonly #wheel: TimerWheel;

  constructor(options: TransportOptions, wheel = new TimerWheel(options.clock ?? systemClock)) {
    this.#ms = options.connectTimeoutMs ?? defaultMs;
    this.#wheel = wheel;
  }

  /** Begins a dialling, and holds it to the time. `dial` neither throws nor calls back before it has returned. */
  hold(dial: (done: DialDone) => AbortDial, done: DialDone): AbortDial {
    const timed = new TimedDial(this.#wheel, done);
    this.#wheel.set(timed.timeout, this.#ms);
    timed.abortDial = dial((error, socket, times) => timed.finish(error, socket, times));
    return () => timed.abort();
  }
}

class TimedDial implements TimeoutOwner {
  readonly timeout = new Timeout(this);
  abortDial: AbortDial = nothingReached;
  readonly #wheel: TimerWheel;
  #done: DialDone | null;

  constructor(wheel: TimerWheel, done: DialDone) {
    this.#wheel = wheel;
    this.#done = done;
  }

  finish(error: Error | null, socket: Socket | null, times: DialTimes | undefined): void {
    const done = this.#end();
    if (done === null) socket?.destroy();
    else done(error, socket, times);
  }

  /** Once it has ended, its socket is somebody else's. */
  abort(): Reached {
    return this.#end() === null ? nothingReached() : this.abortDial();
  }

  onTimeout(): void {
    const done = this.#end();
    const error = tookTooLong(this.abortDial());
    done?.(error, null);
  }

  #end(): DialDone | null {
    const done = this.#done;
    this.#done = null;
    this.#wheel.clear(this.timeout);
    return done;
  }
}

/** A name server that is silent is not a server that is. */
function tookTooLong({ lookingUp, tried }: Reached): Error {
  if (lookingUp !== null) {
    const error = new Error(`the addresses of ${lookingUp} were not found in time`);
    return Object.assign(error, { code: 'EAI_AGAIN', hostname: lookingUp });
  }
  const silent = tried.map((address) => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT', address }));
  return new ConnectTimeout(new AggregateError(silent));
}

function nothingReached(): Reached {
  return { lookingUp: null, tried: [] };
}
