// One exchange of a call: it takes the transport's callbacks, keeps the time limits of its phases, and gathers the answer,
// or opens a stream of it. It decides nothing: what an answer leads to is the call's business.
//
// Invariants: `arrived` settles exactly once; when the exchange has ended no timeout is left.

import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import type { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { TransportError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { ExchangeTimes } from '../../http/exchange-times.ts';
import { PieceList } from '../../http/piece-list.ts';
import type { HttpRequest } from '../../http/request.ts';
import type { Exchange, HttpVersion, ResponseHandler, SendOptions, Transport } from '../../http/transport.ts';
import { BodyStream } from './body-stream.ts';
import type { BodyStreamOwner } from './body-stream.ts';
import { errorInCode } from '../../http/in-code.ts';
import type { CallSettings } from './call-settings.ts';

/** What an exchange needs of the client. */
export interface SendingParts {
  readonly transport: Transport;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
}

/** Who sends. */
export interface SendingOwner extends BodyStreamOwner {
  readonly settings: CallSettings;
  /** The head is there. True: the body is wanted as a stream. */
  headCame(status: number, headers: readonly string[]): boolean;
  /** Nothing more will come: the answer is complete, or has failed. `told`: this machine had nothing to send it with. */
  exchangeOver(told?: 'unused'): void;
}

const nothing = Buffer.alloc(0);
const noHeaders: readonly string[] = [];

export class Sending implements ResponseHandler, BodyStreamOwner {
  readonly request: HttpRequest;
  status = 0;
  version: HttpVersion = '1.1';
  reason = '';
  headers = noHeaders;
  sentMs = 0;
  headMs = 0;
  endMs: number | null = null;
  /** The body is on its way in it; null: the body is here. */
  stream: BodyStream | null = null;
  readonly #owner: SendingOwner;
  readonly #parts: SendingParts;
  readonly #arrived = Promise.withResolvers<void>();
  #exchange: Exchange | null = null;
  #attempt: Timeout | null = null;
  #attemptMs = 0;
  #phase: Timeout | null = null;
  #first: Buffer = nothing;
  #pieces: PieceList | null = null;
  #bodyBytes = 0;
  #hasSource = false;
  #bodySentMs: number | null = null;

  constructor(request: HttpRequest, owner: SendingOwner, parts: SendingParts) {
    this.request = request;
    this.#owner = owner;
    this.#parts = parts;
  }

  /**
   * Sends. Resolves when the answer is complete, or at its head if it is wanted as a stream.
   *
   * @param timeoutMs what is left of the attempt's time; Infinity: no limit
   * @throws TransportError; what `stop` was told
   */
  send(options: SendOptions, timeoutMs: number): Promise<void> {
    const { clock, transport, wheel } = this.#parts;
    this.sentMs = clock.now();
    if (timeoutMs !== Infinity) {
      this.#attemptMs = timeoutMs;
      this.#attempt = new Timeout({ onTimeout: () => this.#tooLong() });
      wheel.set(this.#attempt, timeoutMs, this.sentMs);
    }
    this.#hasSource = options.body !== undefined;
    try {
      this.#exchange = transport.send(this.request, this, options);
    } catch (error) {
      this.#fail(error);
      return this.#arrived.promise;
    }
    const { headersTimeoutMs } = this.#owner.settings;
    if (headersTimeoutMs > 0) this.#watchPhase(headersTimeoutMs);
    return this.#arrived.promise;
  }

  /** The source of the request's body has given all. */
  bodySent(): void {
    this.#bodySentMs = this.#parts.clock.now();
  }

  get times(): ExchangeTimes | null {
    return this.#exchange?.times?.() ?? null;
  }

  get reused(): boolean {
    return this.#exchange?.reused === true;
  }

  /** The whole body, as it came. */
  body(): Buffer {
    return this.#pieces === null ? this.#first : this.#pieces.joined();
  }

  /** Ends it now, with this. */
  stop(reason: unknown): void {
    if (this.endMs !== null) return;
    if (this.stream !== null) {
      this.stream.stop(reason);
      return;
    }
    this.#exchange?.cancel();
    this.#fail(reason);
  }

  onHead(status: number, headers: readonly string[], version: HttpVersion = '1.1', reason = ''): void {
    this.status = status;
    this.headers = headers;
    this.version = version;
    this.reason = reason;
    this.headMs = this.#parts.clock.now();
    let isStream: boolean;
    try {
      isStream = this.#owner.headCame(status, headers);
    } catch (error) {
      // Credentials of a program's own were asked.
      this.stop(error);
      return;
    }
    const { bodyTimeoutMs } = this.#owner.settings;
    // The time of the attempt, which ends with the body, is watched already.
    const watchesBody = bodyTimeoutMs > 0 && (isStream || this.#attempt === null || bodyTimeoutMs < this.#attemptMs);
    if (watchesBody) this.#watchPhase(bodyTimeoutMs);
    else this.#unwatchPhase();
    if (!isStream || this.#exchange === null) return;
    this.#unwatchAttempt();
    this.stream = new BodyStream(this.#exchange, this);
    this.#arrived.resolve();
  }

  onData(chunk: Buffer): void {
    if (this.#phase !== null && this.#phase.next !== null)
      this.#parts.wheel.set(this.#phase, this.#owner.settings.bodyTimeoutMs);
    if (this.stream !== null) this.stream.push(chunk);
    else this.#gather(chunk);
  }

  onEnd(): void {
    if (this.stream !== null) {
      this.stream.end();
      return;
    }
    if (this.endMs !== null) return;
    this.#over();
    this.#arrived.resolve();
  }

  onError(failure: TransportError): void {
    const error = errorInCode(failure);
    if (this.stream !== null) this.stream.fail(error);
    else this.#fail(error);
  }

  bodyPaused(paused: boolean): void {
    if (paused) this.#unwatchPhase();
    else if (this.#owner.settings.bodyTimeoutMs > 0) this.#watchPhase(this.#owner.settings.bodyTimeoutMs);
    this.#owner.bodyPaused(paused);
  }

  bodyOver(error: unknown): void {
    this.#over();
    this.#owner.bodyOver(error);
  }

  #gather(chunk: Buffer): void {
    if (this.endMs !== null) return;
    const { maxBodyBytes } = this.#owner.settings;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > maxBodyBytes) {
      this.#abandon(
        'body_too_large',
        `the answer has more than ${maxBodyBytes} bytes`,
        'raise `maxBodyBytes`, or use `stream`',
      );
    } else if (this.#bodyBytes === chunk.length) {
      this.#first = chunk;
    } else {
      if (this.#pieces === null) {
        this.#pieces = new PieceList();
        this.#pieces.push(this.#first);
      }
      this.#pieces.push(chunk);
    }
  }

  #tooLong(): void {
    const exchange = this.#exchange;
    const missing = exchange?.sent !== true ? 'no connection' : exchange.answered ? 'no complete answer' : 'no answer';
    const all = this.#owner.settings.timeoutMs / 1000;
    this.#abandon(
      'timeout',
      `${missing} of ${this.#place} within ${all} s`,
      'raise `timeoutMs` if the server needs longer',
    );
  }

  /** The server was silent for as long as it may be; or it has not been asked for so long. */
  #phaseOver(): void {
    const { headersTimeoutMs, bodyTimeoutMs } = this.#owner.settings;
    if (this.status !== 0) {
      const message = `${this.#place} sent nothing more of its answer for ${bodyTimeoutMs / 1000} s`;
      this.#abandon('timeout', message, 'raise `bodyTimeoutMs` if the server pauses for longer');
      return;
    }
    const { clock } = this.#parts;
    const askedMs = this.#askedMs();
    const leftMs = askedMs === null ? headersTimeoutMs : askedMs + headersTimeoutMs - clock.now();
    if (leftMs > 0) {
      this.#watchPhase(leftMs);
      return;
    }
    const message = `no answer of ${this.#place} within ${headersTimeoutMs / 1000} s of the request`;
    this.#abandon('timeout', message, 'raise `headersTimeoutMs` if the server needs longer');
  }

  /** When the last byte of the request left, as far as that is told; null: it has not. */
  #askedMs(): number | null {
    const { times } = this;
    if (times !== null && times.sentMs !== null) return times.sentMs;
    if (this.#hasSource) return this.#bodySentMs;
    if (times !== null) return times.assignedMs;
    return this.#exchange?.sent === true ? this.sentMs : null;
  }

  get #place(): string {
    return `${this.request.method} ${this.request.shownUrl}`;
  }

  #abandon(code: ErrorCode, message: string, hint: string): void {
    const exchange = this.#exchange;
    if (exchange === null || this.endMs !== null) return;
    exchange.cancel();
    const { answered, reused, sent } = exchange;
    this.onError(new TransportError(code, message, { hint, sent, answered, reused }));
  }

  #fail(reason: unknown): void {
    if (this.endMs !== null) return;
    const isUnused = reason instanceof TransportError && reason.code === 'local_limit' && !reason.sent;
    this.#over(isUnused ? 'unused' : undefined);
    this.#arrived.reject(reason);
  }

  #over(told?: 'unused'): void {
    this.endMs = this.#parts.clock.now();
    this.#unwatchAttempt();
    this.#unwatchPhase();
    this.#owner.exchangeOver(told);
  }

  #watchPhase(ms: number): void {
    this.#phase ??= new Timeout({ onTimeout: () => this.#phaseOver() });
    this.#parts.wheel.set(this.#phase, ms);
  }

  #unwatchPhase(): void {
    if (this.#phase !== null) this.#parts.wheel.clear(this.#phase);
  }

  #unwatchAttempt(): void {
    if (this.#attempt !== null) this.#parts.wheel.clear(this.#attempt);
  }
}
