// One request of a soak: sends it, is its handler, interferes with it at random, and holds what comes to what
// the server's plan allows.
//
// Invariant: whatever the transport does, it is settled once for the load, and each callback that is out of
// order, or of another request, is a violation.

import { Timeout } from '../../src/concurrency/time/timer-wheel.ts';
import type { TimeoutOwner, TimerWheel } from '../../src/concurrency/time/timer-wheel.ts';
import type { TransportError } from '../../src/errors.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import type { Exchange, ResponseHandler, Transport } from '../../src/http/transport.ts';
import { wrongBytes } from '../../src/testing/unruly-bytes.ts';
import type { UnrulyPlan } from '../../src/testing/unruly-plan.ts';
import type { SoakBody } from './soak-body.ts';
import type { SoakTally } from './soak-tally.ts';

/** Where a request is given up. */
export type GiveUp = 'at-once' | 'in-microtask' | 'later' | 'in-information' | 'in-head' | 'in-data' | 'in-trailers';

/** What is done with a request while it is on its way. */
export interface Interference {
  readonly giveUp: GiveUp | null;
  readonly afterMs: number;
  /** It is paused so often, in callbacks. */
  readonly pauses: number;
  readonly pauseMs: number;
  readonly fresh: boolean;
}

/** What the requests of a load share. */
export interface RequestOwner {
  readonly tally: SoakTally;
  readonly wheel: TimerWheel;
  /** Later than this is a request that hangs. */
  readonly stuckMs: number;
  /** The caller's patience with a server that does not read. */
  readonly patienceMs: number;
  isClosing(transport: Transport): boolean;
  over(request: SoakRequest): void;
}

/** An unasked answer older than this has been in this machine when the request was sent. */
const crossingMs = 250;
/** What was read already when a request is paused: a buffer, or a window. */
const maxAfterPause = 600 * 1024;
/** Only what happens on a wire may be told. */
const possible = new Set(
  'connection_reset connection_closed body_cut timeout connect_timeout connect_failed connect_refused tls_failed protocol_error headers_too_large bad_record cancelled'.split(
    ' ',
  ),
);

export class SoakRequest implements ResponseHandler, TimeoutOwner {
  readonly id: number;
  readonly transport: Transport;
  readonly #request: HttpRequest;
  readonly #body: SoakBody | null;
  readonly #plan: UnrulyPlan;
  readonly #interference: Interference;
  readonly #owner: RequestOwner;
  readonly #timeout = new Timeout(this);
  readonly #later = new Timeout({ onTimeout: () => this.#interfere() });
  #exchange: Exchange | null = null;
  #sentMs = 0;
  #state: 'new' | 'sent' | 'head' | 'trailers' | 'over' = 'new';
  #end = '';
  #bytes = 0;
  #pausesLeft: number;
  #isPaused = false;
  #afterPause = 0;
  #isVoid = false;

  constructor(
    id: number,
    transport: Transport,
    request: HttpRequest,
    body: SoakBody | null,
    plan: UnrulyPlan,
    interference: Interference,
    owner: RequestOwner,
  ) {
    this.id = id;
    this.transport = transport;
    this.#request = request;
    this.#body = body;
    this.#plan = plan;
    this.#interference = interference;
    this.#owner = owner;
    this.#pausesLeft = interference.pauses;
  }

  /** Nothing that is planned keeps it from being answered. */
  get isGood(): boolean {
    const { fault, reading } = this.#plan;
    return (
      fault === null &&
      reading !== 'never' &&
      this.#interference.giveUp === null &&
      (this.#body?.fault ?? null) === null
    );
  }

  send(): void {
    const { fresh, giveUp, afterMs } = this.#interference;
    const { patienceMs, stuckMs, tally, wheel } = this.#owner;
    tally.sent++;
    if (this.isGood) tally.good++;
    this.#sentMs = Date.now();
    this.#exchange = this.transport.send(this.#request, this, {
      fresh,
      ...(this.#body === null ? {} : { body: this.#body }),
    });
    this.#state = 'sent';
    wheel.set(this.#timeout, this.#plan.reading === 'never' ? patienceMs : stuckMs);
    if (giveUp === 'at-once') this.#cancel();
    else if (giveUp === 'in-microtask') queueMicrotask(() => this.#cancel());
    else if (giveUp === 'later') wheel.set(this.#later, afterMs);
    else if (this.#plan.at < 0.3) this.#pauseNow();
  }

  onInformation(status: number): void {
    this.#expect(this.#state === 'sent' && status === 103, 'onInformation');
    if (this.#interference.giveUp === 'in-information') this.#cancel();
  }

  onHead(status: number, headers: readonly string[]): void {
    this.#expect(this.#state === 'sent', 'onHead');
    if (this.#state === 'over') return;
    this.#state = 'head';
    const unaskedMs = Number(valueOf(headers, 'x-unasked') ?? 0);
    const askedBy = Number(valueOf(headers, 'x-id'));
    if (unaskedMs > 0) this.#takeUnasked(unaskedMs);
    else if (this.#owner.tally.crossed.has(askedBy)) this.#cross();
    else if (askedBy !== this.id) this.#violation(`the head is of request ${askedBy}`);
    else if (status !== this.#plan.status) this.#violation(`its status is ${status} instead of ${this.#plan.status}`);
    if (this.#interference.giveUp === 'in-head') this.#cancel();
    else this.#pauseNow();
  }

  onData(chunk: Buffer): void {
    this.#expect(this.#state === 'head', 'onData');
    if (this.#state === 'over') return;
    this.#owner.tally.bodyBytes += chunk.length;
    const wrong = this.#isVoid ? null : wrongBytes('a', this.id, this.#bytes, chunk);
    if (wrong !== null) this.#violation(`the body is not its own: ${wrong}`);
    this.#bytes += chunk.length;
    if (this.#isPaused && (this.#afterPause += chunk.length) > maxAfterPause)
      this.#violation(`${this.#afterPause} bytes came while it was paused`);
    if (this.#interference.giveUp === 'in-data') this.#cancel();
    else this.#pauseNow();
  }

  onTrailers(headers: readonly string[]): void {
    this.#expect(this.#state === 'head', 'onTrailers');
    if (this.#state === 'over') return;
    this.#state = 'trailers';
    if (headers.join(':') !== 'x-trailer:yes' || !this.#plan.trailers)
      this.#violation(`its trailers are ${headers.join(':')}`);
    if (this.#interference.giveUp === 'in-trailers') this.#cancel();
  }

  onEnd(): void {
    this.#expect(this.#state === 'head' || this.#state === 'trailers', 'onEnd');
    if (this.#state === 'over') return;
    const { bodyBytes, fault, framing, reading, status } = this.#plan;
    // Where the server's closing is the end of the body, any closing is.
    const mayBeShort = framing === 'until-close' && this.#bytes < bodyBytes;
    const hasBody = this.#request.method !== 'HEAD' && status !== 204 && status !== 304;
    if (!this.#isVoid) {
      if (fault !== null || reading === 'never')
        this.#violation(`it is complete in spite of ${fault ?? 'a silent server'}`);
      else if (this.#bytes !== (hasBody ? bodyBytes : 0) && !mayBeShort)
        this.#violation(`it ends after ${this.#bytes} of ${bodyBytes} bytes`);
      if (this.isGood) this.#owner.tally.goodAnswered++;
    }
    this.#settle(this.#isVoid ? 'crossed' : 'answered');
  }

  onError(error: TransportError): void {
    this.#expect(this.#state !== 'new', `onError ${error.code}`);
    if (this.#state === 'over') return;
    const isClosing = this.#owner.isClosing(this.transport);
    if (!possible.has(error.code)) this.#violation(`an error that cannot be: ${error.code}, ${error.message}`);
    if (error.code === 'bad_record' && (this.#body?.fault ?? null) === null)
      this.#violation(`its source was good: ${error.message}`);
    if ((error.code === 'cancelled') !== isClosing)
      this.#violation(`${error.code} while the transport is ${isClosing ? 'closing' : 'open'}`);
    this.#settle(error.code);
  }

  /** It hangs; or the server does not read, and the caller has lost patience. */
  onTimeout(): void {
    if (this.#plan.reading !== 'never') this.#violation(`it has hung for ${Date.now() - this.#sentMs} ms`);
    this.#cancel();
  }

  #takeUnasked(unaskedMs: number): void {
    this.#cross();
    const before = this.#sentMs - unaskedMs;
    if (before > crossingMs) this.#violation(`it took an answer that was sent ${before} ms before it`);
  }

  /** The answer to this one goes to the next request on the connection, which nobody can tell either. */
  #cross(): void {
    this.#isVoid = true;
    this.#owner.tally.crossed.add(this.id);
  }

  /** By a timer: gives up, or goes on reading. */
  #interfere(): void {
    if (this.#state === 'over') return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#exchange?.resume();
    } else {
      this.#cancel();
    }
  }

  #pauseNow(): void {
    if (this.#pausesLeft === 0 || this.#isPaused || this.#later.next !== null) return;
    this.#pausesLeft--;
    this.#exchange?.pause();
    this.#afterPause = 0;
    if (this.#interference.pauseMs < 1) {
      this.#exchange?.resume();
      return;
    }
    this.#isPaused = true;
    this.#owner.wheel.set(this.#later, this.#interference.pauseMs);
  }

  #cancel(): void {
    if (this.#state === 'over') return;
    this.#exchange?.cancel();
    this.#settle('given up');
  }

  #settle(outcome: string): void {
    this.#state = 'over';
    this.#end = outcome;
    this.#owner.wheel.clear(this.#timeout);
    this.#owner.wheel.clear(this.#later);
    this.#owner.tally.outcome(outcome);
    this.#owner.over(this);
  }

  #expect(isTrue: boolean, callback: string): void {
    if (!isTrue) this.#violation(`${callback} when it was ${this.#state} ${this.#end}`);
  }

  #violation(what: string): void {
    const { method, origin, path } = this.#request;
    const facts = { plan: this.#plan, interference: this.#interference, body: this.#body, sentMs: this.#sentMs };
    this.#owner.tally.violation(`request ${this.id} (${method} ${origin}${path}): ${what}\n  ${JSON.stringify(facts)}`);
  }
}

function valueOf(headers: readonly string[], name: string): string | null {
  const at = headers.indexOf(name);
  return at < 0 ? null : (headers[at + 1] ?? null);
}
