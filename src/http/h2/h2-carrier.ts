// One connection that speaks HTTP/2: a session of node:http2, and the streams on it. It learns from the server
// how many there may be, gives back unprocessed what the server says that it did not take, and ends what a
// dead session carried.
//
// A request that is given back is sent anew from its first byte: a body that is a source is opened once more.
// Invariant: each exchange is freed once, and all of them before the session is told to be gone.

import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionOptions, Settings } from 'node:http2';
import type { Socket } from 'node:net';
import { Bag } from '../../concurrency/containers/bag.ts';
import type { Clock } from '../../concurrency/clock.ts';
import type { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { DialTimes } from '../exchange-times.ts';
import type { Carrier, CarrierOwner } from '../pool/carrier.ts';
import type { WireExchange } from '../pool/wire-exchange.ts';
import { lengthOf } from '../request.ts';
import { inChunks } from '../wire/request-head.ts';
import { H2Stream } from './h2-stream.ts';
import type { StreamOwner } from './h2-stream.ts';
import { Pulse } from './pulse.ts';
import type { Patient } from './pulse.ts';
import { maxSectionBytes } from './request-fields.ts';
import type { RequestFields } from './request-fields.ts';
import { StreamReset, endError, noError, refusedStream, resetError } from './stream-reset.ts';

/** What the sessions of an origin have in common. */
export interface H2Settings {
  readonly origin: string;
  readonly fields: RequestFields;
  readonly maxHeaderBytes: number;
  /** Streams on one session, however many more the server allows. */
  readonly maxStreams: number;
  /** Silence while something is in flight, before the server is asked for a sign of life; and after. */
  readonly pingIntervalMs: number;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
}

/** Servers close idle sessions after a minute or more, and say so by GOAWAY: what is lost with one costs nothing. */
const keepMs = 50_000;
/** What a stream may send before it is read: that much is held for each that is paused. */
const streamWindowBytes = 256 * 1024;
/** What all of them may send before it is read. It is read at once, so it is room on the way, not memory. */
const sessionWindowBytes = 16 * 1024 * 1024;
/** Stream ids are odd and have 31 bits. */
const maxCarried = 2 ** 30 - 1;
/** For nghttp2, which ends the stream without saying why: what is larger than allowed is mostly found here. */
const headerMargin = 4;
const maxHeaderPairs = 100_000;
const withBody = { endStream: false };
const withoutBody = { endStream: true };
/** So that its end is sent when it has come to its end, and not when the stream is given up. */
const withSource = { endStream: false, waitForTrailers: true };

export class H2Carrier implements Carrier, StreamOwner, Patient {
  listed = false;
  above: Carrier | null = null;
  below: Carrier | null = null;
  assigned = 0;
  idleSinceMs = 0;
  carried = 0;
  bagIndex = -1;
  dialTimes: DialTimes | null = null;
  /** The first waits for no SETTINGS: it may leave with ours. */
  limit = 1;
  isLearning = true;
  readonly multiplexed = true;
  readonly keepMs = keepMs;
  readonly maxHeaderBytes: number;
  readonly #owner: CarrierOwner;
  readonly #settings: H2Settings;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #streams = new Bag<H2Stream>();
  readonly #pulse: Pulse;
  #lastProcessed = Infinity;
  /** Takes no more requests, whatever the server allows. */
  #retired = false;
  #lost = false;

  /** @param socket connected, and agreed on HTTP/2; it belongs to the session from now on */
  constructor(socket: Socket, owner: CarrierOwner, settings: H2Settings) {
    this.#owner = owner;
    this.#settings = settings;
    this.#socket = socket;
    this.maxHeaderBytes = settings.maxHeaderBytes;
    this.#pulse = new Pulse(this, settings.pingIntervalMs, settings.wheel, settings.clock);
    this.#session = connect(socket, settings);
    this.#session.on('remoteSettings', (remote) => this.#learn(remote));
    this.#session.on('goaway', (_code, lastStreamId) => this.#goAway(lastStreamId));
    this.#session.on('error', (error) => this.#lose(error));
    this.#session.on('close', () => this.#lose(null));
  }

  get isBusy(): boolean {
    return this.#streams.size > 0;
  }

  start(exchange: WireExchange): void {
    const session = this.#session;
    if (this.#lost || session.closed || session.destroyed) {
      this.#retire();
      this.#giveBack(exchange);
      return;
    }
    const { request, body } = exchange;
    const length = body === null ? lengthOf(request.body) : (body.lengthBytes ?? inChunks);
    let stream: ClientHttp2Stream;
    try {
      const fields = this.#settings.fields.list(request, length);
      stream = session.request(fields, body !== null ? withSource : length === null ? withoutBody : withBody);
    } catch (error) {
      this.#owner.freed(this, true);
      exchange.fail(error);
      return;
    }
    if (this.carried === maxCarried) this.#retire();
    const leg = new H2Stream(this, exchange, stream);
    this.#streams.add(leg);
    exchange.begin(leg, this.carried++ > 0);
    this.#pulse.watch();
    leg.sendBody(request.body, length);
  }

  keepProcess(goesOn: boolean): void {
    if (goesOn) this.#socket.ref();
    else this.#socket.unref();
  }

  destroy(): void {
    this.#lost = true;
    this.isLearning = false;
    this.limit = 0;
    this.#pulse.stop();
    for (const stream of this.#streams.toArray()) this.#forget(stream);
    this.#session.destroy();
    this.#socket.destroy();
  }

  heard(): void {
    this.#pulse.heard = true;
  }

  streamOver(stream: H2Stream, error: Error | null): void {
    this.#streams.delete(stream);
    this.#owner.freed(this, true);
    if (error === null) stream.exchange.finish();
    else stream.exchange.fail(error);
  }

  streamCancelled(stream: H2Stream): void {
    this.#streams.delete(stream);
    this.#owner.freed(this, true);
  }

  streamClosed(stream: H2Stream, code: number, error: Error | null): void {
    if (this.#session.destroyed || this.#socket.destroyed) {
      this.#lose(error);
      return;
    }
    this.#pulse.heard = true;
    this.#forget(stream);
    const { exchange } = stream;
    if (code === refusedStream && !exchange.headSeen) {
      this.#giveBack(exchange);
      return;
    }
    this.#owner.freed(this, true);
    exchange.fail(code === noError && error !== null ? error : resetError(code, exchange.headSeen));
  }

  ping(): void {
    if (!this.#session.destroyed) this.#session.ping(() => this.heard());
  }

  dead(): void {
    this.#lose(Object.assign(new Error('the server answers no PING'), { code: 'ETIMEDOUT' }));
  }

  #learn({ maxConcurrentStreams }: Settings): void {
    this.#pulse.heard = true;
    if (this.#lost || this.#retired) return;
    this.isLearning = false;
    this.limit = Math.min(maxConcurrentStreams ?? Infinity, this.#settings.maxStreams);
    this.#owner.limitChanged(this);
  }

  /** Streams above the last one that the server took are closed as refused by node:http2, right after this. */
  #goAway(lastStreamId: number): void {
    this.#lastProcessed = Math.min(this.#lastProcessed, lastStreamId);
    this.#retire();
  }

  /** No more requests on it. */
  #retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.limit = 0;
    this.isLearning = false;
    this.#owner.limitChanged(this);
  }

  /** The session is over. What it carried fails, or goes elsewhere. */
  #lose(error: Error | null): void {
    if (this.#lost) return;
    const streams = this.#streams.toArray();
    this.destroy();
    for (let count = streams.length; count > 0; count--) this.#owner.freed(this, false);
    this.#owner.gone(this);
    for (const { exchange, id } of streams) {
      // A server that has begun to answer has taken the request, whatever it says of it now.
      if (id > this.#lastProcessed && !exchange.headSeen)
        this.#owner.unprocessed(exchange, new StreamReset(refusedStream));
      else exchange.fail(error ?? endError(exchange.headSeen));
    }
  }

  #giveBack(exchange: WireExchange): void {
    this.#owner.freed(this, true);
    this.#owner.unprocessed(exchange, new StreamReset(refusedStream));
  }

  #forget(stream: H2Stream): void {
    this.#streams.delete(stream);
    stream.leave();
  }
}

function connect(socket: Socket, { origin, maxHeaderBytes, maxStreams }: H2Settings): ClientHttp2Session {
  // Loaded when it is needed: most runs speak HTTP/1.1.
  const { connect: connectHttp2 } = process.getBuiltinModule('node:http2');
  const options: ClientSessionOptions & { readonly strictSingleValueFields: boolean } = {
    createConnection: () => socket,
    maxHeaderListPairs: maxHeaderPairs,
    maxSendHeaderBlockLength: maxSectionBytes + 64 * 1024,
    maxSessionMemory: Math.max(64, maxStreams),
    peerMaxConcurrentStreams: maxStreams,
    strictFieldWhitespaceValidation: true,
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      initialWindowSize: streamWindowBytes,
      maxHeaderListSize: maxHeaderBytes * headerMargin,
    },
  };
  const session = connectHttp2(origin, options);
  session.setLocalWindowSize(sessionWindowBytes);
  return session;
}
