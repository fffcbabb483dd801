// One request to the stand-in service and the means to answer it. It answers for telling the counters
// what was answered, and for dropping its timer when the request is over; what to answer is the routes'.
// Over HTTP/2 `request` and `response` are Node's compatibility objects, which have what is used here.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

import type { TimerHandle } from '../concurrency/clock.ts';
import type { Service } from './service.ts';

const noBody = Buffer.alloc(0);

/** Where a request leads: `base` + `path` + `?` + `search` is what was asked for. */
export interface Destination {
  /** Empty, or the prefix that marks the service's own paths while it plays an API. */
  readonly base: string;
  readonly path: string;
  readonly search: string;
}

export class Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: Service;
  readonly destination: Destination;
  /** The HTTP/2 stream; null over HTTP/1.1. */
  readonly stream: ServerHttp2Stream | null;
  /** The request's body, if the route keeps it. */
  body: Buffer = noBody;
  #query: URLSearchParams | null = null;
  #timer: TimerHandle | null = null;
  #onClose: (() => void) | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, service: Service, destination: Destination) {
    this.request = request;
    this.response = response;
    this.service = service;
    this.destination = destination;
    this.stream = (request as { stream?: ServerHttp2Stream }).stream ?? null;
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  /** The path as the counters name it. */
  get countedPath(): string {
    return this.destination.base + this.destination.path;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.destination.search));
  }

  /** The path's segment after the first, and so on, decoded; '' if there is none. */
  segment(position: number): string {
    const text = this.destination.path.split('/')[position + 1] ?? '';
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /** A number of the path. If it is none, or out of range, the call is answered with 400 and this is null. */
  number(position: number, name: string, maximum: number, minimum = 0): number | null {
    return this.#checked(this.segment(position), name, minimum, maximum);
  }

  /** The same for a number of the query that may be left out. */
  option(name: string, fallback: number, maximum: number, minimum = 0): number | null {
    const text = this.query.get(name);
    return text === null ? fallback : this.#checked(text, name, minimum, maximum);
  }

  /** One of some words of the query, or the first of them if it is left out. Else 400 and null, as with numbers. */
  choice<T extends string>(name: string, words: readonly [T, ...T[]]): T | null {
    const text = this.query.get(name);
    if (text === null) return words[0];
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    this.#refuse(`${name} is ${JSON.stringify(text)}, which is none of ${words.join(', ')}`);
    return null;
  }

  /** Answers with a body. */
  send(status: number, body: string | Buffer, headers: OutgoingHttpHeaders): void {
    this.service.counters.answered(status);
    if (status === 204 || status === 304) {
      this.response.writeHead(status, headers).end();
      return;
    }
    headers['Content-Length'] = Buffer.byteLength(body);
    this.response.writeHead(status, headers).end(body);
  }

  /** Answers with JSON. */
  json(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): void {
    headers['Content-Type'] = 'application/json';
    this.send(status, JSON.stringify(value), headers);
  }

  /** Sends the head of an answer whose body is the caller's business. */
  head(status: number, headers: OutgoingHttpHeaders): void {
    this.service.counters.answered(status);
    this.response.writeHead(status, headers);
  }

  /** Calls back after a while, unless the request is over by then. One at a time. */
  after(delayMs: number, callback: () => void): void {
    this.#timer = this.service.clock.setTimer(delayMs, callback);
  }

  /** Calls back once when the request is over, in whatever way. */
  onClose(callback: () => void): void {
    this.#onClose = callback;
  }

  /** The request is over. */
  closed(): void {
    if (this.#timer !== null) this.service.clock.clearTimer(this.#timer);
    this.#onClose?.();
  }

  #checked(text: string, name: string, minimum: number, maximum: number): number | null {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    this.#refuse(`${name} is ${JSON.stringify(text)}, which is not a number from ${minimum} to ${maximum}`);
    return null;
  }

  /** Of several faults of one request, the first is told. */
  #refuse(message: string): void {
    if (this.response.headersSent) return;
    const hint = `GET ${this.destination.base}/ lists the paths and what they take`;
    this.json(400, { error: 'bad_request', message, hint });
  }
}
