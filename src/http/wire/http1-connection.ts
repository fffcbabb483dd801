// One connection that speaks HTTP/1.1: writes a request in one piece, reads its answer into a buffer that all
// connections share, and gives itself back. Behind a request others may be sent before its answer has
// come, if pipelining is allowed; answers come in the order of the requests (RFC 9112, 9.3.2).
//
// Invariants: the head of the line gets the bytes that come, and nobody else; bytes that nobody waits for, or
// that come behind the last answer asked for, end the connection; so does whatever is not understood.

import type { Socket } from 'node:net';
import type { Reading } from '../dial/dialler.ts';
import type { Carrier, CarrierOwner } from '../pool/carrier.ts';
import type { Leg, WireExchange } from '../pool/wire-exchange.ts';
import type { BodySourceError } from '../body-source.ts';
import { ByteString } from '../byte-string.ts';
import type { DialTimes } from '../exchange-times.ts';
import { isIdempotent, lengthOf } from '../request.ts';
import type { RequestBody } from '../request.ts';
import type { HttpVersion } from '../transport.ts';
import { AnswerParser } from './answer-parser.ts';
import type { LastHead } from './answer-parser.ts';
import type { AnswerSink } from './answer-sink.ts';
import { BodyPump } from './request-body.ts';
import type { BodyPumpOwner } from './request-body.ts';
import { inChunks } from './request-head.ts';
import type { RequestHead } from './request-head.ts';
import { WireFault } from './wire-fault.ts';

/** What the connections of an origin have in common. */
export interface Http1Settings {
  readonly requestHead: RequestHead;
  readonly lastHead: LastHead;
  readonly maxHeaderBytes: number;
  readonly keepAliveMs: number;
  readonly keepAliveMaxMs: number;
  /** Requests on their way at once. */
  readonly pipelining: number;
}

/** Given up so long before the server would, since its closing is already on the way then. */
const keepAliveMarginMs = 1_000;
/** What is read at once, from any socket: the callbacks have taken it when the next read begins. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

export class Http1Connection implements Carrier, Leg, Reading, AnswerSink, BodyPumpOwner {
  listed = false;
  above: Carrier | null = null;
  below: Carrier | null = null;
  assigned = 0;
  carried = 0;
  idleSinceMs = 0;
  bagIndex = -1;
  dialTimes: DialTimes | null = null;
  keepMs: number;
  readonly multiplexed = false;
  readonly isLearning = false;
  readonly buffer = readBuffer;

  readonly #owner: CarrierOwner;
  readonly #settings: Http1Settings;
  readonly #parser: AnswerParser;
  #socket: Socket | null = null;
  /** Whose answer comes next. */
  #current: WireExchange | null = null;
  /** Those behind it. */
  #behind: WireExchange[] = [];
  /** So many requests had left when what is being read came: it answers no others. */
  #asked = 0;
  #pump: BodyPump | null = null;
  #isComplete = false;
  /** The answer is whole, and TLS has not told that its request has left: it does so a turn of the event loop late. */
  #isUntold = false;
  #closed = false;
  /** A server that has kept the connection open once is trusted with more than one request. */
  #isProven = false;

  constructor(owner: CarrierOwner, settings: Http1Settings) {
    this.#owner = owner;
    this.#settings = settings;
    this.keepMs = settings.keepAliveMs;
    this.#parser = new AnswerParser(this, settings.maxHeaderBytes, settings.lastHead);
  }

  get limit(): number {
    if (this.#closed) return 0;
    const { pipelining } = this.#settings;
    if (pipelining < 2 || this.#isUntold || !this.#isProven || this.#pump !== null) return 1;
    return this.#current === null || isIdempotent(this.#current.request.method) ? pipelining : 1;
  }

  /** Takes the socket that was made with this as its `Reading`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', this.#onError);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
  }

  start(exchange: WireExchange): void {
    let head: string;
    const { request, body } = exchange;
    const length = body === null ? lengthOf(request.body) : (body.lengthBytes ?? inChunks);
    try {
      head = this.#settings.requestHead.text(request, length);
    } catch (error) {
      this.#owner.freed(this, true);
      exchange.fail(error);
      return;
    }
    if (this.#current === null) {
      this.#current = exchange;
      this.#parser.begin(request.method);
    } else {
      this.#behind.push(exchange);
    }
    exchange.begin(this, this.carried++ > 0);
    const socket = this.#socket as Socket;
    if (body !== null) this.#stream(exchange, head, socket);
    else writeRequest(socket, head, request.body, length);
    if (body === null) exchange.requestSent();
  }

  cancel(exchange: WireExchange): void {
    // One that stands behind others harms none of them: when its turn comes, the connection ends.
    if (exchange !== this.#current) return;
    this.#current = null;
    this.#isUntold = false;
    this.#owner.freed(this, false);
    this.#lose(new WireFault('cut_head', 'another request on the connection was given up'));
  }

  pause(exchange: WireExchange): void {
    if (exchange === this.#current) this.#socket?.pause();
  }

  resume(exchange: WireExchange): void {
    if (exchange === this.#current) this.#socket?.resume();
  }

  keepProcess(goesOn: boolean): void {
    if (goesOn) this.#socket?.ref();
    else this.#socket?.unref();
  }

  destroy(): void {
    this.#close();
  }

  callback(bytes: number): boolean {
    if (this.#isUntold) this.#conclude(true);
    if (this.#closed) return false;
    this.#asked = this.#behind.length + 1;
    try {
      let at = 0;
      do {
        this.#receiver.answered = true;
        at = this.#parser.execute(readBuffer, at, bytes);
        if (this.#isComplete) this.#conclude(at < bytes);
      } while (at < bytes && !this.#closed);
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      this.#lose(error);
    }
    return this.#closed || this.#current?.paused !== true;
  }

  onInformation(status: number, headers: readonly string[]): void {
    this.#current?.information(status, headers);
  }

  onHead(status: number, headers: readonly string[], version: HttpVersion, reason: string): void {
    this.#current?.head(status, headers, version, reason);
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    const piece = Buffer.allocUnsafe(end - start);
    bytes.copy(piece, 0, start, end);
    this.#current?.data(piece);
  }

  onTrailers(headers: readonly string[]): void {
    this.#current?.trailers(headers);
  }

  onComplete(): void {
    this.#isComplete = true;
  }

  bodySent(): void {
    this.#pump = null;
    this.#current?.requestSent();
  }

  bodyFailed(error: BodySourceError): void {
    this.#lose(error);
  }

  get #receiver(): WireExchange {
    if (this.#current === null) throw new WireFault('unasked');
    return this.#current;
  }

  #stream(exchange: WireExchange, head: string, socket: Socket): void {
    if (exchange.body === null) return;
    socket.write(head, 'latin1');
    this.#pump = new BodyPump(socket, exchange.body, exchange.body.lengthBytes === null, this);
    this.#pump.run();
  }

  /** The answer of the head of the line is whole. `isFollowed`: bytes come right behind it, or the end. */
  #conclude(isFollowed: boolean): void {
    const exchange = this.#receiver;
    if (!isFollowed && !this.#isUntold && this.#behind.length === 0 && mayBeUntold(this.#socket)) {
      this.#isUntold = true;
      setImmediate(this.#onTold);
      return;
    }
    this.#isUntold = false;
    this.#isComplete = false;
    this.#asked--;
    const next = this.#behind.shift() ?? null;
    this.#current = next;
    if (!this.#isFitForMore(next, isFollowed)) {
      this.#giveUp(exchange, next);
      return;
    }
    this.#isProven = true;
    if (next !== null) this.#parser.begin(next.request.method);
    if (exchange.paused) this.#socket?.resume();
    this.#owner.freed(this, true);
    exchange.finish();
  }

  #isFitForMore(next: WireExchange | null, isFollowed: boolean): boolean {
    const { keepAliveSeconds, keepsAlive } = this.#parser;
    if (!keepsAlive || this.#pump !== null || next?.done === true) return false;
    if (keepAliveSeconds >= 0) {
      const { keepAliveMaxMs } = this.#settings;
      this.keepMs = Math.max(0, Math.min(keepAliveMaxMs, keepAliveSeconds * 1_000 - keepAliveMarginMs));
    }
    if (next !== null) return !isFollowed || this.#asked > 0;
    // An answer that is whole before its request has left was not an answer to all of it.
    return !isFollowed && this.keepMs > 0 && this.#socket?.writableLength === 0;
  }

  /** The answer is whole, and the connection is of no more use. */
  #giveUp(exchange: WireExchange, next: WireExchange | null): void {
    if (next !== null) this.#behind.unshift(next);
    this.#current = null;
    this.#close();
    this.#owner.freed(this, false);
    exchange.finish();
    this.#lose(new WireFault('cut_head', 'the server closed the connection after an earlier answer'));
  }

  /** Ends the connection; what is in flight on it fails, or goes elsewhere. */
  #lose(error: Error): void {
    if (this.#isUntold) return this.#conclude(true);
    const current = this.#current;
    const behind = this.#behind;
    this.#current = null;
    this.#behind = [];
    this.#close();
    if (current !== null) this.#owner.freed(this, false);
    for (let count = behind.length; count > 0; count--) this.#owner.freed(this, false);
    this.#owner.gone(this);
    current?.fail(error);
    // They are idempotent, and nothing of an answer has come (RFC 9112, 9.3.2).
    for (const exchange of behind) this.#owner.unprocessed(exchange, error);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parser.stop();
    this.#pump?.stop();
    this.#pump = null;
    this.#socket?.destroy();
  }

  readonly #onTold = (): void => {
    if (this.#isUntold && !this.#closed) this.#conclude(false);
  };

  readonly #onError = (error: Error): void => {
    if (!this.#closed) this.#lose(error);
  };

  readonly #onEnd = (): void => {
    if (this.#closed) return;
    try {
      this.#parser.finish();
    } catch (error) {
      this.#lose(error as WireFault);
      return;
    }
    if (this.#isComplete && this.#current !== null) this.#conclude(true);
    else this.#lose(new WireFault('cut_head'));
  };

  readonly #onClose = (): void => {
    if (!this.#closed) this.#lose(new WireFault('cut_head'));
  };
}

function mayBeUntold(socket: Socket | null): boolean {
  return socket !== null && socket.writableLength > 0 && 'encrypted' in socket;
}

/** Head and body in one write, as far as that takes no copy. */
function writeRequest(socket: Socket, head: string, body: RequestBody, length: number | null): void {
  if (body === null) {
    socket.write(head, 'latin1');
  } else if (body instanceof ByteString) {
    socket.write(head + body.bytes, 'latin1');
  } else if (typeof body === 'string' && (body.length === length || isAscii(head))) {
    // Node writes a string of one encoding far faster than it writes two pieces together.
    socket.write(head + body, body.length === length ? 'latin1' : 'utf8');
  } else {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body, 'utf8');
    socket.uncork();
  }
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
