// A transport without a network: a function says what becomes of each request, and a clock says when.
// It keeps connections as a real one does, one exchange at a time on each, so that what happens on a
// connection that was used before can be told. It is held to the contract of all transports.
//
// Invariant: no callback before `send` has returned, one end at most, nothing after a cancel.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import { TransportError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../http/transport.ts';

/** What becomes of a request. Times follow one another; all are 0 if they are not told. */
export interface FakeAnswer {
  /** Until the request leaves. */
  readonly connectMs?: number;
  /** From then until the head comes. */
  readonly headMs?: number;
  /** Before each piece of the body, and before the end. */
  readonly bodyMs?: number;
  /** Null: no head comes. @default 200 */
  readonly status?: number | null;
  readonly headers?: readonly string[];
  /** Statuses of interim answers, before the head. */
  readonly interim?: readonly number[];
  /** Told before the end of a whole answer. */
  readonly trailers?: readonly string[];
  readonly body?: readonly (string | Buffer)[];
  /** `whole`; `never` stays silent from there on; else the error it ends with. @default whole */
  readonly ends?: 'whole' | 'never' | ErrorCode;
}

/** What a script may look at besides the request. */
export interface FakeSending {
  /** 0 for the first request that was sent, 1 for the next. */
  readonly count: number;
  readonly reused: boolean;
  readonly fresh: boolean;
  readonly atMs: number;
}

export type FakeScript = (request: HttpRequest, sending: FakeSending) => FakeAnswer;

/** A request that was given to the transport. */
export interface Sending extends FakeSending {
  readonly request: HttpRequest;
}

/** Errors that come before a byte of the request has left. */
const beforeSending: ReadonlySet<ErrorCode> = new Set([
  'dns_failed',
  'connect_refused',
  'connect_failed',
  'connect_timeout',
  'tls_failed',
  'proxy_failed',
  'local_limit',
]);

export class FakeTransport implements Transport {
  /** All that was sent, in order. */
  readonly sendings: Sending[] = [];
  /** The most that was in flight at once, for each origin and over all. */
  readonly mostInFlight = new Map<string, number>();
  most = 0;
  readonly #clock: Clock;
  readonly #script: FakeScript;
  readonly #idle = new Map<string, number>();
  readonly #exchanges = new Set<FakeExchange>();
  #made = 0;
  #closed = false;

  constructor(clock: Clock, script: FakeScript) {
    this.#clock = clock;
    this.#script = script;
  }

  send(request: HttpRequest, handler: ResponseHandler, options: SendOptions = {}): Exchange {
    const { origin } = request;
    const fresh = options.fresh === true;
    const idle = this.#idle.get(origin) ?? 0;
    const reused = !fresh && !this.#closed && idle > 0;
    if (reused) this.#idle.set(origin, idle - 1);
    else this.#made++;
    const sending = { count: this.sendings.length, reused, fresh, atMs: this.#clock.now(), request };
    this.sendings.push(sending);
    const answer: FakeAnswer = this.#closed ? { ends: 'cancelled', status: null } : this.#script(request, sending);
    const exchange = new FakeExchange(this.#clock, handler, answer, reused, (kept) => this.#ended(exchange, kept));
    exchange.origin = origin;
    this.#exchanges.add(exchange);
    this.#count(origin);
    exchange.begin(this.#closed);
    return exchange;
  }

  statistics(): TransportStatistics {
    let idle = 0;
    for (const count of this.#idle.values()) idle += count;
    return { inFlight: this.#exchanges.size, connections: this.#exchanges.size + idle, connected: this.#made };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#idle.clear();
    for (const exchange of this.#exchanges) exchange.fail('cancelled');
    return Promise.resolve();
  }

  /** What is in flight to an origin now. */
  inFlightTo(origin: string): number {
    let count = 0;
    for (const exchange of this.#exchanges) if (exchange.origin === origin) count++;
    return count;
  }

  #count(origin: string): void {
    this.most = Math.max(this.most, this.#exchanges.size);
    this.mostInFlight.set(origin, Math.max(this.mostInFlight.get(origin) ?? 0, this.inFlightTo(origin)));
  }

  #ended(exchange: FakeExchange, kept: boolean): void {
    this.#exchanges.delete(exchange);
    if (kept && !this.#closed) this.#idle.set(exchange.origin, (this.#idle.get(exchange.origin) ?? 0) + 1);
  }
}

class FakeExchange implements Exchange {
  sent = false;
  answered = false;
  origin = '';
  readonly reused: boolean;
  readonly #clock: Clock;
  readonly #handler: ResponseHandler;
  readonly #answer: FakeAnswer;
  readonly #onEnded: (kept: boolean) => void;
  #timer: TimerHandle | null = null;
  #piece = 0;
  #over = false;
  #paused = false;
  /** What comes when it is resumed. */
  #held: (() => void) | null = null;

  constructor(
    clock: Clock,
    handler: ResponseHandler,
    answer: FakeAnswer,
    reused: boolean,
    onEnded: (kept: boolean) => void,
  ) {
    this.#clock = clock;
    this.#handler = handler;
    this.#answer = answer;
    this.reused = reused;
    this.#onEnded = onEnded;
  }

  begin(refused: boolean): void {
    this.#after(this.#answer.connectMs ?? 0, () => (refused ? this.fail('cancelled') : this.#leave()));
  }

  cancel(): void {
    if (!this.#over) this.#finish(false);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const step = this.#held;
    this.#held = null;
    if (step !== null && !this.#over) this.#after(0, step);
  }

  fail(code: ErrorCode): void {
    if (this.#over) return;
    const { sent, answered, reused } = this;
    this.#finish(false);
    this.#handler.onError(new TransportError(code, `the script says ${code}`, { sent, answered, reused }));
  }

  #leave(): void {
    const { ends, headMs, status } = this.#answer;
    if (ends !== undefined && ends !== 'whole' && ends !== 'never' && beforeSending.has(ends)) {
      this.fail(ends);
      return;
    }
    this.sent = true;
    this.#after(headMs ?? 0, () => (status === null ? this.#conclude() : this.#head(status ?? 200)));
  }

  #head(status: number): void {
    this.answered = true;
    for (const interim of this.#answer.interim ?? []) if (!this.#over) this.#handler.onInformation?.(interim, []);
    if (this.#over) return;
    this.#handler.onHead(status, this.#answer.headers ?? []);
    this.#goOn();
  }

  /** The next piece of the body, or the end. The handler may have cancelled. */
  #goOn(): void {
    if (this.#over) return;
    const piece = this.#answer.body?.[this.#piece++];
    this.#after(this.#answer.bodyMs ?? 0, () => {
      if (piece === undefined) {
        this.#conclude();
        return;
      }
      this.#handler.onData(Buffer.from(piece));
      this.#goOn();
    });
  }

  #conclude(): void {
    const { ends = 'whole', status } = this.#answer;
    if (ends === 'never') return;
    if (ends !== 'whole') {
      this.fail(ends);
      return;
    }
    if (status === null) throw new Error('an answer without a head cannot end whole');
    const { trailers } = this.#answer;
    if (trailers !== undefined) this.#handler.onTrailers?.(trailers);
    if (this.#over) return;
    this.#finish(true);
    this.#handler.onEnd();
  }

  #finish(kept: boolean): void {
    this.#over = true;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#onEnded(kept);
  }

  #after(delayMs: number, step: () => void): void {
    this.#timer = this.#clock.setTimer(delayMs, () => {
      if (this.#paused) this.#held = step;
      else step();
    });
  }
}
