// What it means in our words that an exchange failed: the few ways in which connections and answers end
// too early, each with its sentence. Knows no library and no foreign error.

import type { ErrorCode } from '../errors.ts';

/** What is known of the exchange that failed. */
export interface FailedExchange {
  /** host:port of the origin, for messages. */
  readonly authority: string;
  readonly sent: boolean;
  readonly answered: boolean;
  readonly reused: boolean;
  /** The head of the answer was complete. */
  readonly headSeen: boolean;
}

/** An error as one of ours. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** The server surely did not process the request. */
  readonly unprocessed?: boolean;
  /** The error is about bytes of an answer. */
  readonly answered?: boolean;
}

/** No connection within the time for it. @param tried ` (tried …)`, or nothing */
export function silentAtConnect({ authority }: FailedExchange, tried: string): Meaning {
  const hint = 'Raise --connect-timeout, or check that a firewall lets you through.';
  return { code: 'connect_timeout', message: `${authority} did not accept a connection in time${tried}`, hint };
}

/** The connection was reset. */
export function reset(exchange: FailedExchange, reason: string): Meaning {
  if (exchange.headSeen) return cut(exchange);
  const when = exchange.sent ? 'before it answered' : 'while it was being made';
  return { code: 'connection_reset', message: `${exchange.authority} reset the connection ${when} (${reason})` };
}

/** The connection ended in an orderly way, and too early. */
export function closed(exchange: FailedExchange): Meaning {
  if (exchange.headSeen) return cut(exchange);
  return { code: 'connection_closed', message: `${exchange.authority} closed the connection before it answered` };
}

function cut(exchange: FailedExchange): Meaning {
  return { code: 'body_cut', message: `the connection to ${exchange.authority} ended in the middle of the answer` };
}

/** The header section of the answer is larger than was allowed. */
export function headersTooLarge({ authority }: FailedExchange): Meaning {
  const message = `the header section of the answer of ${authority} is too large`;
  return { code: 'headers_too_large', message, answered: true };
}

/** Bytes that are no HTTP, or not the one that was agreed on. */
export function notHttp(exchange: FailedExchange, reason: string): Meaning {
  const message = `what ${exchange.authority} sent is not the HTTP that was expected: ${reason}`;
  return {
    code: 'protocol_error',
    message,
    hint: 'Check that scheme and port of the URL belong together.',
    answered: true,
  };
}

/** It was ended from our side. */
export function cancelled({ authority }: FailedExchange): Meaning {
  return { code: 'cancelled', message: `the request to ${authority} was cancelled` };
}
