// The contract of what sends one request and brings back one answer. A transport knows connections,
// TLS and the protocol; it knows nothing of retries, redirects, rates, records or content encodings.
//
// For each `send`, unless it is cancelled, the handler sees `onHead`, any number of `onData`, then
// `onEnd`; or at any point `onError` instead. `onEnd` and `onError` come once, and nothing after them.
// No callback is made before `send` has returned.

import type { TransportError } from '../errors.ts';
import type { BodySource } from './body-source.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import type { HttpRequest } from './request.ts';

/** The version of HTTP that a connection speaks. */
export type HttpVersion = '1.0' | '1.1' | '2';

/** Receives one answer, piece by piece. */
export interface ResponseHandler {
  /**
   * The final status (never 1xx) and its header section: name, value, name, value; names in lower case. What the answer came over, if
   * that is told (else it is taken for 1.1), and the words behind the status, which HTTP/2 has not.
   */
  onHead(status: number, headers: readonly string[], version?: HttpVersion, reason?: string): void;
  /** A piece of the body, as it came (content encodings are not undone). The handler may keep it. */
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: TransportError): void;
  /** An interim answer (1xx), before the head. */
  onInformation?(status: number, headers: readonly string[]): void;
  /** The trailer section of the answer, if it has one, before `onEnd`. */
  onTrailers?(headers: readonly string[]): void;
}

/** One request on its way. */
export interface Exchange {
  /** A byte of the request may have left this machine. */
  readonly sent: boolean;
  /** A byte of the answer has arrived. */
  readonly answered: boolean;
  /** The connection had already carried an earlier request. */
  readonly reused: boolean;
  /** Ends the exchange now and gives up its connection. No callback is made after this. */
  cancel(): void;
  /** Reads no further, so that the server has to wait. What was read already still comes: a buffer at most. */
  pause(): void;
  resume(): void;
  /** When what happened, so far; null: `SendOptions.timed` was not asked for. Absent: the transport takes no times. */
  times?(): ExchangeTimes | null;
}

/** What may be asked of one `send`. */
export interface SendOptions {
  /** Use a connection that has carried nothing yet. */
  readonly fresh?: boolean;
  /** The body of the request, whose own is null then. It may still be on its way when the answer comes. */
  readonly body?: BodySource;
  /** Take its times (`Exchange.times`). @default false */
  readonly timed?: boolean;
}

/** Counts for displays and tests. */
export interface TransportStatistics {
  readonly inFlight: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Connections made since the start. */
  readonly connected: number;
}

/** What sends requests. Limits are not its business: it opens as many connections as it is given requests at once. */
export interface Transport {
  send(request: HttpRequest, handler: ResponseHandler, options?: SendOptions): Exchange;
  statistics(): TransportStatistics;
  /** Closes every connection; what is in flight ends with `cancelled`. */
  close(): Promise<void>;
}
