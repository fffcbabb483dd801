// Turns what undici, node:net, node:tls and node:http2 report into errors of ours, most specific
// first. Nothing behind this border looks at a foreign error.
//
// Invariant: every error maps to a code of ours, and no message shows credentials.

import { errors } from 'undici';
import { ManyfetchError, TransportError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { ProxyProblem } from '../dial/dial.ts';
import { explainTlsError } from '../dial/explain-tls-error.ts';
import { triedAddresses } from '../dial/tried-addresses.ts';

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

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** The server surely did not process the request. */
  readonly unprocessed?: boolean;
  /** The error is about bytes of an answer. */
  readonly answered?: boolean;
}

const localLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const cuts = new Set(['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'HPE_INVALID_EOF_STATE']);
const aborts = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORT', 'UND_ERR_ABORTED', 'ABORT_ERR']);

/** Maps an error of undici or of Node to a TransportError that names the host and says what happened. */
export function mapUndiciError(error: unknown, exchange: FailedExchange): TransportError {
  if (error instanceof TransportError) return error;
  // A proxy that could not be dialled for want of a file descriptor is no fault of the proxy.
  const code = codeOf(error instanceof ProxyProblem && error.cause !== undefined ? error.cause : error);
  const meaning = meaningOf(error, code, exchange);
  return new TransportError(meaning.code, meaning.message, {
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    cause: error,
    sent: exchange.sent && meaning.unprocessed !== true,
    answered: exchange.answered || meaning.answered === true,
    reused: exchange.reused,
    ...(/^E[A-Z]/.test(code) && !code.startsWith('ERR_') ? { systemCode: code } : {}),
  });
}

function meaningOf(error: unknown, code: string, exchange: FailedExchange): Meaning {
  const { authority } = exchange;
  if (error instanceof ManyfetchError) {
    return { code: error.code, message: error.message, ...(error.hint === null ? {} : { hint: error.hint }) };
  }
  if (localLimits.has(code)) {
    return {
      code: 'local_limit',
      message: `no connection to ${authority}: this machine has no file descriptor, port or buffer left (${code})`,
      hint: 'Use a lower --concurrency, or raise the limit of open files (ulimit -n).',
    };
  }
  if (error instanceof ProxyProblem) return { code: 'proxy_failed', message: error.message, hint: error.hint };
  return (
    connecting(code, error, exchange) ??
    explainTlsError(error, code, authority) ??
    http1(code, error, exchange) ??
    http2(code, error, exchange) ??
    undiciOwn(code, error, exchange) ?? {
      code: exchange.sent ? 'connection_reset' : 'connect_failed',
      message: `${authority}: ${messageOf(error)}`,
    }
  );
}

/** What happens before a byte is sent. */
function connecting(code: string, error: unknown, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const host = authority.replace(/:\d+$/, '');
  const tried = triedAddresses(error, host);
  if (code === 'ENOTFOUND' || code.startsWith('EAI_') || code === 'ENODATA') {
    return {
      code: 'dns_failed',
      message: `the name ${nameOf(error) ?? host} could not be resolved (${code})`,
      hint: code === 'EAI_AGAIN' ? 'The name server did not answer.' : 'Check the spelling of the host in the URL.',
    };
  }
  if (code === 'ECONNREFUSED') {
    const hint = 'Check host and port, and that the server is up.';
    return { code: 'connect_refused', message: `nothing accepts connections at ${authority}${tried}`, hint };
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && !exchange.sent)) {
    const hint = 'Raise --connect-timeout, or check that a firewall lets you through.';
    return { code: 'connect_timeout', message: `${authority} did not accept a connection in time${tried}`, hint };
  }
  if (!exchange.sent && (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EACCES' || code === 'EPERM')) {
    // An error of one address names it in its message.
    const several = error instanceof AggregateError ? tried : '';
    return { code: 'connect_failed', message: `no connection to ${authority}: ${messageOf(error)}${several}` };
  }
  return null;
}

function http1(code: string, error: unknown, exchange: FailedExchange): Meaning | null {
  if (resets.has(code) || code === 'ETIMEDOUT') {
    return exchange.headSeen ? cut(exchange) : reset(exchange, code);
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    const message = `the header section of the answer of ${exchange.authority} is too large`;
    return { code: 'headers_too_large', message, answered: true };
  }
  if (cuts.has(code)) return exchange.headSeen ? cut(exchange) : closed(exchange);
  if (code.startsWith('HPE_')) return notHttp(exchange, messageOf(error));
  if (code === 'UND_ERR_SOCKET') {
    const message = messageOf(error);
    if (message === 'bad response' || message === 'bad upgrade') return notHttp(exchange, message);
    return exchange.headSeen ? cut(exchange) : closed(exchange);
  }
  return null;
}

/** Codes of RFC 9113, 7 that say something of their own. */
const unprocessedStream = 7;
const reasonsOfReset: Readonly<Record<number, string>> = {
  2: 'internal error',
  8: 'cancelled',
  11: 'too many requests',
};

function http2(code: string, error: unknown, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const message = messageOf(error);
  const streamCode = numberOf(error, 'http2ErrorCode');
  if (streamCode === unprocessedStream) {
    return { code: 'connection_closed', message: `${authority} refused the stream, unprocessed`, unprocessed: true };
  }
  if (message.includes('"GOAWAY" frame received') && !exchange.answered) {
    return {
      code: 'connection_closed',
      message: `${authority} went away before it took the request`,
      unprocessed: true,
    };
  }
  if (streamCode === 13) {
    const hint = 'Use --http 1.1.';
    return { code: 'protocol_error', message: `${authority} wants HTTP/1.1 for this request`, hint };
  }
  if (code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') {
    const reason = reasonsOfReset[streamCode ?? -1] ?? message;
    return exchange.headSeen ? cut(exchange) : reset(exchange, reason);
  }
  if (code.startsWith('ERR_HTTP2_')) {
    const hint = 'If the server does not speak HTTP/2 there, use --http auto.';
    return { ...notHttp(exchange, message), hint };
  }
  if (message.startsWith('HTTP/2: stream')) return exchange.headSeen ? cut(exchange) : closed(exchange);
  return null;
}

function undiciOwn(code: string, error: unknown, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const message = messageOf(error);
  if (aborts.has(code)) return { code: 'cancelled', message: `the request to ${authority} was cancelled` };
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { code: 'timeout', message: `${authority} did not answer in time` };
  }
  if (code.startsWith('UND_ERR_PRX') || code.startsWith('UND_ERR_SOCKS5')) {
    return { code: 'proxy_failed', message: `the proxy did not let the request through: ${message}` };
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED' || code.startsWith('UND_ERR_REQ_CONTENT')) {
    return { code: invalidPart(message), message: `the request to ${authority} cannot be sent: ${message}` };
  }
  if (code === 'ERR_INVALID_URL') return { code: 'bad_url', message: `${authority} cannot be requested: ${message}` };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return { code: 'body_too_large', message: `the answer of ${authority} is too large` };
  }
  return null;
}

function invalidPart(message: string): ErrorCode {
  if (/header|content-length/i.test(message)) return 'bad_header';
  if (/method/i.test(message)) return 'bad_method';
  return /path|url|origin/i.test(message) ? 'bad_url' : 'bad_record';
}

function reset(exchange: FailedExchange, reason: string): Meaning {
  const when = exchange.sent ? 'before it answered' : 'while it was being made';
  return { code: 'connection_reset', message: `${exchange.authority} reset the connection ${when} (${reason})` };
}

function closed(exchange: FailedExchange): Meaning {
  return { code: 'connection_closed', message: `${exchange.authority} closed the connection before it answered` };
}

function cut(exchange: FailedExchange): Meaning {
  return { code: 'body_cut', message: `the connection to ${exchange.authority} ended in the middle of the answer` };
}

function notHttp(exchange: FailedExchange, reason: string): Meaning {
  const message = `what ${exchange.authority} sent is not the HTTP that was expected: ${reason}`;
  return {
    code: 'protocol_error',
    message,
    hint: 'Check that scheme and port of the URL belong together.',
    answered: true,
  };
}

/** The `code` of an error; of several attempts at addresses, that of the first which has a telling one. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if (error instanceof AggregateError && error.errors.length > 0) {
    // Where IPv6 is off, its addresses are "not available": that says nothing about ports or the other addresses.
    const codes = error.errors.map(codeOf).filter((code) => code !== '');
    return codes.find((code) => code !== 'EADDRNOTAVAIL') ?? codes[0] ?? '';
  }
  if ('code' in error && typeof error.code === 'string') return error.code;
  // undici means to give its parser's errors a code, and gives them none.
  if (error instanceof errors.HTTPParserError)
    return /EOF/.test(error.message) ? 'HPE_INVALID_EOF_STATE' : 'HPE_UNKNOWN';
  return '';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

/** The name that was looked up: behind a proxy, the proxy's. */
function nameOf(error: unknown): string | null {
  return error instanceof Error && 'hostname' in error && typeof error.hostname === 'string' ? error.hostname : null;
}

function numberOf(error: unknown, name: string): number | null {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'number' ? value : null;
}
