// One exchange with a mock: asks for the answer, and tells it piece by piece as a connection would. It knows nothing
// of routes and recordings.
//
// Invariant: no callback before `send` has returned, one end at most, nothing after a cancel, no piece while paused.

import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { ManyfetchError, TransportError, errorCodes } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { BodySourceError, checkLength } from '../body-source.ts';
import type { BodySource } from '../body-source.ts';
import { ByteString } from '../byte-string.ts';
import { Stopwatch } from '../exchange-times.ts';
import type { HttpRequest } from '../request.ts';
import type { Exchange, ResponseHandler, SendOptions } from '../transport.ts';
import { usualReason } from '../usual-reason.ts';
import { hasHead, headersOf, piecesOf } from './mock-answer.ts';
import type { MockAnswer } from './mock-answer.ts';

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

/** What an exchange is made of. */
export interface MockExchangeParts {
  readonly request: HttpRequest;
  readonly handler: ResponseHandler;
  readonly options: SendOptions;
  readonly clock: Clock;
  readonly reused: boolean;
  /** Makes the answer when the request has been read. Null: there is none, since the transport is closed. */
  readonly answer: ((request: HttpRequest, body: Uint8Array) => Promise<MockAnswer>) | null;
  /** Called once. @param kept the connection can carry another exchange */
  readonly onOver: (kept: boolean) => void;
}

export class MockExchange implements Exchange {
  sent = false;
  answered = false;
  readonly reused: boolean;
  readonly #parts: MockExchangeParts;
  readonly #times: Stopwatch | null;
  #over = false;
  #paused = false;
  /** Ends the wait for a resume, or any wait when it is over. */
  #onResume: (() => void) | null = null;
  #onOver: (() => void) | null = null;

  constructor(parts: MockExchangeParts) {
    this.#parts = parts;
    this.reused = parts.reused;
    this.#times = parts.options.timed === true ? new Stopwatch(parts.clock) : null;
    // Not on the clock of a test, which may stand still; and not within this turn of the event loop, which a
    // sender that never waits would keep from ending.
    systemClock.soon(() => void this.#run());
  }

  cancel(): void {
    this.#finish(false);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#onResume?.();
  }

  times(): Stopwatch | null {
    return this.#times;
  }

  /** Ends it with an error of ours. */
  fail(code: ErrorCode, message: string, cause?: unknown): void {
    if (this.#over) return;
    const { sent, answered, reused } = this;
    const hint = cause instanceof ManyfetchError && cause.hint !== null ? { hint: cause.hint } : {};
    this.#finish(false);
    this.#parts.handler.onError(new TransportError(code, message, { sent, answered, reused, cause, ...hint }));
  }

  async #run(): Promise<void> {
    if (this.#over) return;
    if (this.#parts.answer === null) return this.fail('cancelled', 'the transport is closed');
    this.#times?.assigned(null);
    this.sent = true;
    const answer = await this.#ask(this.#parts.answer);
    if (answer === null || this.#over) return;
    if (answer.error !== undefined && beforeSending.has(answer.error)) this.sent = false;
    else this.#times?.sent();
    await this.#delay(answer.delayMs ?? 0);
    if (hasHead(answer)) await this.#tell(answer);
    if (answer.error !== undefined) this.fail(answer.error, `${errorCodes[answer.error][1]} (a mock says so)`);
    else this.#conclude(answer);
  }

  /** Null: it is over. */
  async #ask(answer: NonNullable<MockExchangeParts['answer']>): Promise<MockAnswer | null> {
    const { request, options } = this.#parts;
    try {
      const body = options.body === undefined ? bytesOf(request) : await this.#read(options.body);
      return this.#over ? null : await answer(request, body);
    } catch (error) {
      if (error instanceof ManyfetchError) this.fail(error.code, error.message, error);
      else
        this.fail('mock_failed', `the mock threw for ${request.method} ${request.shownUrl}: ${String(error)}`, error);
      return null;
    }
  }

  async #read(source: BodySource): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      const opened = source.open();
      // Told at once, and not with its next piece, which may never come.
      this.#onOver = () => void opened.return?.()?.catch(() => {});
      for await (const piece of { [Symbol.asyncIterator]: () => opened }) {
        if (this.#over) break;
        pieces.push(piece);
        bytes += piece.length;
        checkLength(source.lengthBytes, bytes, false);
      }
      this.#onOver = null;
      if (!this.#over) checkLength(source.lengthBytes, bytes, true);
    } catch (error) {
      throw new BodySourceError(error);
    }
    return Buffer.concat(pieces);
  }

  async #delay(delayMs: number): Promise<void> {
    if (delayMs <= 0 || this.#over) return;
    const { clock } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onOver = resolve;
    const timer = delayMs === Infinity ? null : clock.setTimer(delayMs, resolve);
    await promise;
    if (timer !== null) clock.clearTimer(timer);
  }

  /** The head, and the body as far as it goes. */
  async #tell(answer: MockAnswer): Promise<void> {
    const { handler, request } = this.#parts;
    const { status = 200, interim = [] } = answer;
    await this.#flowing();
    if (interim.length > 0) this.answered = true;
    for (const code of interim) if (!this.#over) handler.onInformation?.(code, []);
    if (this.#over) return;
    this.answered = true;
    this.#times?.headCame();
    handler.onHead(status, headersOf(answer), '1.1', usualReason(status));
    if (request.method === 'HEAD' || status === 204 || status === 304) return;
    for await (const piece of this.#pieces(answer)) {
      await this.#flowing();
      // Leaving the loop closes a stream.
      if (this.#over) return;
      if (piece.length > 0) handler.onData(Buffer.from(piece));
    }
    await this.#flowing();
  }

  async *#pieces(answer: MockAnswer): AsyncGenerator<string | Uint8Array, void, undefined> {
    try {
      yield* piecesOf(answer);
    } catch (error) {
      this.fail('body_cut', `${errorCodes.body_cut[1]} (the body of the mock threw: ${String(error)})`, error);
    }
  }

  #conclude({ trailers }: MockAnswer): void {
    const { handler } = this.#parts;
    if (trailers !== undefined && !this.#over) handler.onTrailers?.(Object.entries(trailers).flat());
    if (this.#over) return;
    this.#finish(true);
    handler.onEnd();
  }

  /** Waits while it is paused. */
  async #flowing(): Promise<void> {
    while (this.#paused && !this.#over) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onResume = resolve;
      await promise;
    }
  }

  #finish(kept: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#times?.ended();
    this.#onResume?.();
    this.#onOver?.();
    this.#parts.onOver(kept);
  }
}

function bytesOf({ body }: HttpRequest): Uint8Array {
  if (body instanceof ByteString) return body.toBuffer();
  return typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array());
}
