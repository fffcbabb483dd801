// One request on its way through a pool: what the caller holds, what a carrier reports to, and the state
// of both. One object, no closures, no promises. The same for HTTP/1.1 and HTTP/2.
//
// Invariant: once `done`, the caller's handler is not called any more, whatever a carrier still says.

import type { Bagged } from '../../concurrency/containers/bag.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import type { TimeoutOwner, TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { BodySource } from '../body-source.ts';
import { Stopwatch } from '../exchange-times.ts';
import type { DialTimes, ExchangeTimes } from '../exchange-times.ts';
import type { HttpRequest } from '../request.ts';
import type { Exchange, HttpVersion, ResponseHandler, SendOptions } from '../transport.ts';

/** How an exchange reaches what carries it. */
export interface Leg {
  /** Frees the exchange's connection or stream, now or when it can. Calls `freed`, and nothing of the exchange. */
  cancel(exchange: WireExchange): void;
  pause(exchange: WireExchange): void;
  resume(exchange: WireExchange): void;
}

/** What the exchanges of a transport have in common. */
export interface ExchangeOwner {
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  /** 0: none. */
  readonly headersTimeoutMs: number;
  /** 0: none. */
  readonly bodyTimeoutMs: number;
  /** It is over: counted out. */
  over(exchange: WireExchange): void;
  /** It waits for a connection no longer. */
  abandon(exchange: WireExchange): void;
  /** Turns any error into what the handler is told, and tells it. `exchange` is done. */
  report(exchange: WireExchange, error: unknown): void;
}

/** The server was silent for longer than a phase of an exchange may take. */
export class PhaseTimeout extends Error {
  readonly phase: 'headers' | 'body';
  readonly ms: number;

  constructor(phase: 'headers' | 'body', ms: number) {
    super(`${phase} timeout`);
    this.phase = phase;
    this.ms = ms;
  }
}

export class WireExchange implements Exchange, Bagged, TimeoutOwner {
  bagIndex = -1;
  sent = false;
  answered = false;
  reused = false;
  done = false;
  headSeen = false;
  /** `send` has not returned yet: no callback may be made. */
  sending = true;
  /** The caller reads no further. */
  paused = false;
  /** So often it was given back unprocessed. */
  returns = 0;
  readonly request: HttpRequest;
  readonly handler: ResponseHandler;
  readonly fresh: boolean;
  readonly body: BodySource | null;
  /** What carries it; null while it waits, and when it is over. */
  leg: Leg | null = null;
  /** Links and time of the line of those that wait for a connection; the line's. */
  waits = false;
  ahead: WireExchange | null = null;
  behind: WireExchange | null = null;
  waitsSinceMs = 0;
  readonly #owner: ExchangeOwner;
  readonly #stopwatch: Stopwatch | null;
  #timeout: Timeout | null = null;

  constructor(request: HttpRequest, handler: ResponseHandler, options: SendOptions | undefined, owner: ExchangeOwner) {
    this.request = request;
    this.handler = handler;
    this.fresh = options?.fresh === true;
    this.body = options?.body ?? null;
    this.#owner = owner;
    this.#stopwatch = options?.timed === true ? new Stopwatch(owner.clock) : null;
  }

  times(): ExchangeTimes | null {
    return this.#stopwatch;
  }

  /** The pool gives it a connection. `dial`: what that took to make, if it was made for this exchange. */
  assigned(dial: DialTimes | null): void {
    this.#stopwatch?.assigned(dial);
  }

  /** Its request leaves on a connection. */
  begin(leg: Leg, reused: boolean): void {
    this.leg = leg;
    this.reused = reused && !this.fresh;
    this.sent = true;
  }

  /** The last byte of its request was handed to the system. */
  requestSent(): void {
    const { headersTimeoutMs } = this.#owner;
    this.#stopwatch?.sent();
    if (headersTimeoutMs > 0 && !this.headSeen && !this.done) this.#watch(headersTimeoutMs);
  }

  /** An interim answer. */
  information(status: number, headers: readonly string[]): void {
    if (!this.done) this.handler.onInformation?.(status, headers);
  }

  head(status: number, headers: readonly string[], version: HttpVersion, reason: string): void {
    if (this.done) return;
    this.headSeen = true;
    this.#stopwatch?.headCame();
    if (this.#owner.bodyTimeoutMs > 0 && !this.paused) this.#watch(this.#owner.bodyTimeoutMs);
    else this.#unwatch();
    this.handler.onHead(status, headers, version, reason);
  }

  /** `chunk` is the handler's to keep. */
  data(chunk: Buffer): void {
    if (this.done) return;
    const { bodyTimeoutMs } = this.#owner;
    if (bodyTimeoutMs > 0 && !this.paused) this.#watch(bodyTimeoutMs);
    this.handler.onData(chunk);
  }

  trailers(headers: readonly string[]): void {
    if (!this.done) this.handler.onTrailers?.(headers);
  }

  /** The answer is complete. The connection was given back before. */
  finish(): void {
    if (this.done) return;
    this.#settle();
    this.handler.onEnd();
  }

  /** It cannot go on. The connection was given back before. */
  fail(error: unknown): void {
    if (this.done) return;
    if (this.sending) {
      queueMicrotask(() => this.fail(error));
      return;
    }
    this.#settle();
    this.#owner.report(this, error);
  }

  /** Back to where it was before `begin`: the server did not process it. */
  takeBack(): void {
    this.#unwatch();
    this.leg = null;
    this.sent = false;
    this.answered = false;
    this.#stopwatch?.takeBack();
    this.returns++;
  }

  cancel(): void {
    if (this.done) return;
    const { leg } = this;
    this.#settle();
    if (leg === null) this.#owner.abandon(this);
    else leg.cancel(this);
  }

  pause(): void {
    if (this.done || this.paused) return;
    this.paused = true;
    if (this.headSeen) this.#unwatch();
    this.leg?.pause(this);
  }

  resume(): void {
    if (this.done || !this.paused) return;
    this.paused = false;
    if (this.headSeen && this.#owner.bodyTimeoutMs > 0) this.#watch(this.#owner.bodyTimeoutMs);
    this.leg?.resume(this);
  }

  onTimeout(): void {
    const { leg } = this;
    const { headersTimeoutMs, bodyTimeoutMs } = this.#owner;
    const timeout = this.headSeen
      ? new PhaseTimeout('body', bodyTimeoutMs)
      : new PhaseTimeout('headers', headersTimeoutMs);
    leg?.cancel(this);
    this.fail(timeout);
  }

  #settle(): void {
    this.done = true;
    this.#stopwatch?.ended();
    this.#unwatch();
    this.leg = null;
    this.#owner.over(this);
  }

  #watch(ms: number): void {
    this.#timeout ??= new Timeout(this);
    this.#owner.wheel.set(this.#timeout, ms);
  }

  #unwatch(): void {
    if (this.#timeout !== null) this.#owner.wheel.clear(this.#timeout);
  }
}
