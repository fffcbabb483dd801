// One exchange on its stream: hears what node:http2 tells of the stream and passes it on.
//
// A stream says `end` also when it was reset, even without an error: only the end that the server sent counts,
// and whatever else closes the stream is a failure. Trap: what tells them apart is that node:http2 pushes the
// end of the data before it marks the stream as closed. Invariant: once `over`, nothing it hears matters.

import { EventEmitter } from 'node:events';
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { Duplex } from 'node:stream';
import type { Bagged } from '../../concurrency/containers/bag.ts';
import type { BodySourceError } from '../body-source.ts';
import { ByteString } from '../byte-string.ts';
import type { Leg, WireExchange } from '../pool/wire-exchange.ts';
import type { RequestBody } from '../request.ts';
import { BodyPump } from '../wire/request-body.ts';
import type { BodyPumpOwner } from '../wire/request-body.ts';
import { WireFault } from '../wire/wire-fault.ts';
import { cancelCode } from './stream-reset.ts';

/** Who is told of the end of a stream: its session. */
export interface StreamOwner {
  readonly maxHeaderBytes: number;
  /** Something came from the server. */
  heard(): void;
  /** It is over for its exchange, which is told by the owner. `error` null: the answer is complete. */
  streamOver(stream: H2Stream, error: Error | null): void;
  /** It closed before that. */
  streamClosed(stream: H2Stream, code: number, error: Error | null): void;
  /** Its exchange was cancelled. */
  streamCancelled(stream: H2Stream): void;
}

const own = Symbol('own');

/** The listeners are shared by all streams: a closure for each would cost more than they do. */
type Carrying = ClientHttp2Stream & { [own]: H2Stream | null };

/** Bodies up to here are taken to have left when they were handed over: the window of a stream has room. */
const smallBytes = 16 * 1024;

export class H2Stream implements Leg, Bagged, BodyPumpOwner {
  bagIndex = -1;
  over = false;
  readonly exchange: WireExchange;
  readonly #owner: StreamOwner;
  readonly #stream: Carrying;
  #endCame = false;
  #error: Error | null = null;
  #trailers: readonly string[] | null = null;
  #pump: BodyPump | null = null;
  /** A large body is on its way. */
  #sends = false;
  /** What came of the body before node:http2 told of the head. */
  #early: Buffer[] | null = null;

  constructor(owner: StreamOwner, exchange: WireExchange, stream: ClientHttp2Stream) {
    const carrying = stream as Carrying;
    this.#owner = owner;
    this.exchange = exchange;
    this.#stream = carrying;
    carrying[own] = this;
    carrying.push = pushed;
    carrying.emit = told;
    // What makes the data flow; what else there is to hear needs no listener.
    carrying.on('data', ignore);
    if (exchange.paused) carrying.pause();
  }

  /** RFC 9113, 5.1.1. */
  get id(): number {
    return this.#stream.id ?? 0;
  }

  /** Sends the body of the request, if there is one: else the stream has ended with the head. */
  sendBody(body: RequestBody, length: number | null): void {
    const stream = this.#stream;
    const { exchange } = this;
    if (exchange.body !== null) {
      this.#pump = new BodyPump(stream, exchange.body, false, this);
      this.#pump.run();
      return;
    }
    if (body instanceof ByteString) stream.end(body.bytes, 'latin1');
    else if (body !== null) stream.end(body);
    if (length === null || length <= smallBytes) exchange.requestSent();
    else this.#sends = true;
  }

  cancel(): void {
    if (this.over) return;
    this.leave();
    this.reset();
    this.#owner.streamCancelled(this);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  bodySent(): void {
    this.#pump = null;
    this.#stream.end();
    this.exchange.requestSent();
  }

  bodyFailed(error: BodySourceError): void {
    this.#fail(error);
  }

  /** Forgets the exchange. */
  leave(): void {
    this.over = true;
    this.#pump?.stop();
    this.#pump = null;
  }

  /** The body has left. */
  sent(): void {
    if (this.#sends && !this.over) this.exchange.requestSent();
  }

  /** The source of the body is at its end. */
  endBody(): void {
    if (!this.over) this.#stream.sendTrailers({});
  }

  /** Tells the server that no more is wanted. */
  reset(): void {
    // To node:http2 closing a stream is an end of its body too, and the server would take what came for all of it.
    if (this.exchange.body !== null) this.#stream._final = neverEnds;
    this.#stream.close(cancelCode);
  }

  head(status: number, fields: readonly string[]): void {
    if (this.over) return;
    this.#hears();
    const headers = fields.slice(2);
    if (bytesOf(headers) <= this.#owner.maxHeaderBytes) {
      this.exchange.head(status, headers, '2', '');
      if (this.#early !== null) for (const chunk of this.#early) this.exchange.data(chunk);
      this.#early = null;
      return;
    }
    this.#fail(new WireFault('head_too_large'));
  }

  information(status: number, fields: readonly string[]): void {
    if (this.over) return;
    this.#hears();
    this.exchange.information(status, fields.slice(2));
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    this.#owner.heard();
    // Trap: the head is told when the turn is over, data at once. What is read while an earlier write ends comes
    // in one turn, so that the data may come first.
    if (this.exchange.headSeen) this.exchange.data(chunk);
    else (this.#early ??= []).push(chunk);
  }

  trailers(fields: readonly string[]): void {
    this.#trailers = fields;
  }

  /** The server has ended its side. */
  endCame(): void {
    this.#endCame = true;
  }

  /** All that came was read. */
  ended(): void {
    if (this.over) return;
    if (!this.#endCame) {
      // Reset without an error: node:http2 would let the body of the request be sent first, which it never is.
      this.#stream.destroy();
      return;
    }
    if (this.#trailers !== null) this.exchange.trailers(this.#trailers);
    if (this.over) return;
    // The answer does not wait for the rest of the request (RFC 9113, 8.1): neither do we.
    const isEarly = this.#pump !== null;
    this.leave();
    if (isEarly) this.reset();
    this.#owner.streamOver(this, null);
  }

  failed(error: Error): void {
    this.#error = error;
  }

  closed(): void {
    if (!this.over) this.#owner.streamClosed(this, this.#stream.rstCode ?? 0, this.#error);
  }

  #hears(): void {
    this.exchange.answered = true;
    this.#owner.heard();
  }

  #fail(error: Error): void {
    this.leave();
    this.reset();
    this.#owner.streamOver(this, error);
  }
}

/** As many bytes as they would have over HTTP/1.1. */
function bytesOf(headers: readonly string[]): number {
  let bytes = 0;
  for (const text of headers) bytes += text.length + 2;
  return bytes;
}

function neverEnds(): void {}

function pushed(this: ClientHttp2Stream, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null && !this.closed && !this.destroyed) (this as Carrying)[own]?.endCame();
  return Duplex.prototype.push.call(this, chunk, encoding);
}

/**
 * Hears each event of a stream: listeners, which node:http2 watches being added, would take a tenth of its time.
 */
function told(this: Carrying, event: string | symbol, first?: unknown, second?: unknown, third?: unknown): boolean {
  const stream = this[own];
  switch (event) {
    case 'data':
      stream?.data(first as Buffer);
      return true;
    case 'response':
      stream?.head(statusOf(first), third as string[]);
      return true;
    case 'headers':
      stream?.information(statusOf(first), third as string[]);
      return true;
    case 'trailers':
      stream?.trailers(third as string[]);
      return true;
    case 'error':
      stream?.failed(first as Error);
      return true;
    case 'wantTrailers':
      stream?.endBody();
      return true;
    case 'end':
      stream?.ended();
      break;
    case 'finish':
      stream?.sent();
      break;
    case 'close':
      stream?.closed();
      // Node holds a stream that has closed until the next full collection: not what it carried as well.
      this[own] = null;
      break;
  }
  return EventEmitter.prototype.emit.call(this, event, first, second, third);
}

function statusOf(headers: unknown): number {
  return Number((headers as IncomingHttpHeaders)[':status']);
}

function ignore(): void {}
