// One request on its way through undici: the handler that undici calls, the exchange that the caller
// holds, and the state of both. One object, no closures, no promises.
//
// Invariant: once `done`, the caller's handler is not called any more, whatever undici still says.

import type { ClientHttp2Stream } from 'node:http2';
import type { Bag, Bagged } from '../../concurrency/containers/bag.ts';
import type { Dispatcher } from 'undici';
import { expectStream } from './http2-streams.ts';
import type { StreamTaker } from './http2-streams.ts';
import { loadUndici } from './load-undici.ts';
import { mapUndiciError } from './map-undici-error.ts';
import type { OriginConnections, PendingExchange } from './origin-connections.ts';
import { refusal } from './proxy-dial.ts';
import { ByteString } from '../byte-string.ts';
import { allHeaders } from '../request.ts';
import type { HttpRequest } from '../request.ts';
import type { BodySource } from '../body-source.ts';
import { Stopwatch } from '../exchange-times.ts';
import type { ExchangeTimes } from '../exchange-times.ts';
import type { Clock } from '../../concurrency/clock.ts';
import type { Exchange, ResponseHandler, SendOptions } from '../transport.ts';
import { SentBody } from './sent-body.ts';
import type { UndiciConnection } from './undici-connection.ts';

interface SendableOptions extends Dispatcher.DispatchOptions {
  /** Known to undici, unknown to its types. */
  servername?: string;
}

/** Who counts exchanges. */
export interface ExchangeOwner {
  readonly exchanges: Bag<UndiciExchange>;
  readonly clock: Clock;
  /** The machine has run out of something that idle connections hold. */
  relieve(): void;
}

export class UndiciExchange implements Exchange, PendingExchange, Dispatcher.DispatchHandler, StreamTaker, Bagged {
  bagIndex = -1;
  sent = false;
  answered = false;
  reused = false;
  done = false;
  readonly fresh: boolean;
  readonly #source: BodySource | null;
  #body: SentBody | null = null;

  readonly #request: HttpRequest;
  readonly #handler: ResponseHandler;
  readonly #owner: ExchangeOwner;
  readonly #stopwatch: Stopwatch | null;
  #connections: OriginConnections | null = null;
  #connection: UndiciConnection | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  /** Over HTTP/2 only. */
  #stream: ClientHttp2Stream | null = null;
  #headSeen = false;
  /** `send` has not returned yet: no callback may be made. */
  #sending = true;
  #paused = false;

  constructor(request: HttpRequest, handler: ResponseHandler, options: SendOptions | undefined, owner: ExchangeOwner) {
    this.#request = request;
    this.#handler = handler;
    this.#owner = owner;
    this.fresh = options?.fresh === true;
    this.#stopwatch = options?.timed === true ? new Stopwatch(owner.clock) : null;
    this.#source = options?.body ?? null;
    owner.exchanges.add(this);
  }

  times(): ExchangeTimes | null {
    return this.#stopwatch;
  }

  /** `send` returns. */
  returned(): void {
    this.#sending = false;
  }

  /** Hands the request to the connection that was picked. */
  goOn(connection: UndiciConnection, connections: OriginConnections): void {
    this.#connection = connection;
    this.#connections = connections;
    const { method, origin, path, body: given } = this.#request;
    const headers = allHeaders(this.#request);
    const body = given instanceof ByteString ? given.toBuffer() : given;
    const { forward } = connections.route;
    const options: SendableOptions = { path, method, headers: headers as string[], body };
    if (this.#source !== null) this.#streamInto(options, this.#source);
    // undici closes the connection after HEAD unless it is told not to.
    if (method === 'HEAD') options.reset = false;
    if (forward !== null) {
      options.path = origin + path;
      options.headers = [
        ...(options.headers as string[]),
        'host',
        origin.slice(origin.indexOf('//') + 2),
        ...forward.headers,
      ];
      // Else undici takes the server name from `host`, and connects anew when it changes.
      options.servername = forward.proxy.host;
    }
    connection.dispatch(options, this);
  }

  cancel(): void {
    if (this.done) return;
    this.#settle(false);
    // Its connection was destroyed, unless others use it. What has not begun there is ended in onRequestStart.
    if (this.#connection?.retired === false) this.#controller?.abort(cancellation());
  }

  pause(): void {
    if (this.done) return;
    this.#paused = true;
    if (this.#headSeen) this.#controller?.pause();
  }

  resume(): void {
    if (this.done || !this.#paused) return;
    this.#paused = false;
    this.#controller?.resume();
  }

  /** Ends the exchange with an error of undici, of Node, or of ours. */
  fail(error: unknown): void {
    if (this.done) return;
    if (this.#sending) {
      queueMicrotask(() => this.fail(error));
      return;
    }
    const mapped = mapUndiciError(error, {
      authority: authorityOf(this.#request.origin),
      sent: this.sent,
      answered: this.answered,
      reused: this.reused,
      headSeen: this.#headSeen,
    });
    this.sent = mapped.sent;
    this.answered = mapped.answered;
    if (this.fresh) this.#connections?.freshFailed();
    this.#settle(false);
    if (mapped.code === 'local_limit') this.#owner.relieve();
    try {
      this.#handler.onError(mapped);
    } catch (thrown) {
      surface(thrown);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const connection = this.#connection;
    if (this.done || connection === null) {
      controller.abort(cancellation());
      return;
    }
    // Comes again if undici sends anew what an HTTP/2 server has refused unprocessed.
    if (this.#controller === null) connection.running++;
    this.#controller = controller;
    this.sent = true;
    this.reused = connection.carried++ > 0;
    this.#stopwatch?.assigned(this.reused ? null : connection.dialTimes);
    if (connection.multiplexed) expectStream(this);
  }

  takeStream(stream: ClientHttp2Stream): void {
    this.#stream = stream;
  }

  onResponseStarted(): void {
    this.answered = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    reason = '',
  ): void {
    if (this.done) return;
    if (status < 200) {
      this.#handler.onInformation?.(status, flat(headers));
      return;
    }
    this.answered = true;
    this.#headSeen = true;
    this.#stopwatch?.headCame();
    this.#connection?.learnLimit();
    const { forward } = this.#connections?.route ?? { forward: null };
    if (forward !== null && status === 407) {
      this.fail(refusal(forward.proxy, status));
      return;
    }
    try {
      // It does not tell HTTP/1.0 from 1.1.
      if (this.#stream === null) this.#handler.onHead(status, flat(headers), '1.1', reason);
      else this.#handler.onHead(status, flat(headers), '2', '');
    } catch (thrown) {
      surface(thrown);
    }
    if (this.#paused && !this.done) controller.pause();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.done) return;
    try {
      this.#handler.onData(chunk);
    } catch (thrown) {
      surface(thrown);
    }
  }

  onResponseEnd(
    _controller: Dispatcher.DispatchController,
    trailers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.done) return;
    if (this.#stream !== null && this.#stream.rstCode !== 0) {
      this.fail(streamReset(this.#stream.rstCode));
      return;
    }
    try {
      const list = flat(trailers);
      if (list.length > 0) this.#handler.onTrailers?.(list);
      if (this.#wasCancelled()) return;
      this.#settle(true);
      this.#handler.onEnd();
    } catch (thrown) {
      surface(thrown);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.fail(error);
  }

  /** By the handler, meanwhile. */
  #wasCancelled(): boolean {
    return this.done;
  }

  /** Has undici pull a body, and announce its length if it has one. */
  #streamInto(options: SendableOptions, source: BodySource): void {
    this.#body = new SentBody(source);
    options.body = this.#body as unknown as NonNullable<Dispatcher.DispatchOptions['body']>;
    const headers = options.headers as string[];
    if (source.lengthBytes !== null) options.headers = [...headers, 'content-length', String(source.lengthBytes)];
  }

  #settle(keep: boolean): void {
    this.done = true;
    this.#stopwatch?.ended();
    this.#body?.stop();
    this.#owner.exchanges.delete(this);
    const connection = this.#connection;
    if (connection === null) return;
    if (this.#controller !== null) connection.running--;
    this.#connections?.ended(connection, keep);
  }
}

/** undici's headers (names in lower case, repeated ones as arrays) as a flat list. */
function flat(headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
    else if (value !== undefined) for (const one of value) list.push(name, one);
  }
  return list;
}

/** host:port, the port always. */
function authorityOf(origin: string): string {
  const url = URL.parse(origin);
  if (url === null) return origin;
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function cancellation(): Error {
  const { errors } = loadUndici();
  return new errors.InformationalError('cancelled');
}

function streamReset(code: number | undefined): Error {
  const { errors } = loadUndici();
  return new errors.SocketError(`the stream was reset with code ${code}`);
}

/** A handler must not throw. If one does it is a bug: undici would swallow it, here it comes to light. */
function surface(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}
