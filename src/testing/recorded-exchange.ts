// Sends one request over a transport and records all that its handler is told, so that tests can say
// what they expect of the whole and not of one callback.

import type { TransportError } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Exchange, HttpVersion, ResponseHandler, SendOptions, Transport } from '../http/transport.ts';

/** A request with what a test does not care about filled in. */
export function requestTo(origin: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  const path = changes.path ?? '/';
  return { method: 'GET', origin, path, headers: [], body: null, shownUrl: origin + path, ...changes };
}

/** An exchange and what became of it. */
export class RecordedExchange implements ResponseHandler {
  /** Callbacks in order: `information`, `head`, `data`, `trailers`, `end`, `error`. */
  readonly events: string[] = [];
  /** Statuses of the interim answers, and the headers of the last. */
  readonly interim: number[] = [];
  hints: readonly string[] = [];
  readonly exchange: Exchange;
  /** Settled by `onEnd` or `onError`; pending for ever after a cancel. */
  readonly finished: Promise<this>;
  status = 0;
  version: HttpVersion | undefined;
  reason: string | undefined;
  headers: readonly string[] = [];
  body = '';
  trailers: readonly string[] = [];
  error: TransportError | null = null;
  /** Called inside each callback but `onError`. */
  onProgress: (event: 'information' | 'head' | 'data' | 'trailers' | 'end') => void = () => {};
  #returned = false;
  #finish: (self: this) => void = () => {};

  constructor(transport: Transport, request: HttpRequest, options?: SendOptions) {
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.exchange = transport.send(request, this, options);
    this.#returned = true;
  }

  onHead(status: number, headers: readonly string[], version?: HttpVersion, reason?: string): void {
    this.#record('head');
    this.status = status;
    this.version = version;
    this.reason = reason;
    this.headers = headers;
    this.onProgress('head');
  }

  onData(chunk: Buffer): void {
    this.#record('data');
    this.body += chunk.toString('latin1');
    this.onProgress('data');
  }

  onInformation(status: number, headers: readonly string[]): void {
    this.#record('information');
    this.interim.push(status);
    this.hints = [...headers];
    this.onProgress('information');
  }

  onTrailers(headers: readonly string[]): void {
    this.#record('trailers');
    this.trailers = [...headers];
    this.onProgress('trailers');
  }

  onEnd(): void {
    this.#record('end');
    this.onProgress('end');
    this.#finish(this);
  }

  onError(error: TransportError): void {
    this.#record('error');
    this.error = error;
    this.#finish(this);
  }

  /** `onEnd` or `onError` has come. */
  get ended(): boolean {
    const last = this.events.at(-1);
    return last === 'end' || last === 'error';
  }

  /** The events with runs of `data` told once. */
  get story(): string {
    return this.events.filter((event, at) => event !== 'data' || this.events[at - 1] !== 'data').join(' ');
  }

  #record(event: string): void {
    this.events.push(this.#returned ? event : `${event} before send returned`);
  }
}

/** Sends a request and waits for its end. */
export function exchange(
  transport: Transport,
  origin: string,
  changes: Partial<HttpRequest> = {},
  options?: SendOptions,
): Promise<RecordedExchange> {
  return new RecordedExchange(transport, requestTo(origin, changes), options).finished;
}
