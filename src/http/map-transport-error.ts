// Turns what node:net, node:tls, node:dns, node:http2, our dialling and our parser report into errors of
// ours, most specific first. Nothing behind this border looks at a foreign error.
//
// Invariant: every error maps to a code of ours, and no message shows credentials.

import { ManyfetchError, TransportError } from '../errors.ts';
import { explainTlsError } from './dial/explain-tls-error.ts';
import { meaningOfPath } from './dial/socket-path.ts';
import { ProxyProblem } from './dial/proxy-problem.ts';
import { triedAddresses } from './dial/tried-addresses.ts';
import { cancelled, closed, headersTooLarge, notHttp, reset, silentAtConnect } from './failure-meaning.ts';
import type { FailedExchange, Meaning } from './failure-meaning.ts';
import { PhaseTimeout } from './pool/wire-exchange.ts';
import { WireFault } from './wire/wire-fault.ts';

/** What errors of a library mean that are not Node's own; null: it does not know them. */
export type LibraryMeaning = (error: unknown, code: string, exchange: FailedExchange) => Meaning | null;

/** Faults of what mostly is no HTTP/1.1 server at all. */
const speaksOtherwise = new Set<WireFault['code']>(['bad_status_line', 'bad_version', 'unasked', 'upgraded']);
const localLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM']);

/**
 * Maps any error to a TransportError that names the host and says what happened.
 * @param library asked about what is neither Node's nor ours
 */
export function mapTransportError(
  error: unknown,
  exchange: FailedExchange,
  library: LibraryMeaning | null = null,
): TransportError {
  if (error instanceof TransportError) return error;
  // A proxy that could not be dialled for want of a file descriptor is no fault of the proxy.
  const code = codeOf(error instanceof ProxyProblem && error.cause !== undefined ? error.cause : error);
  const meaning: Meaning = ours(error, code, exchange) ??
    connecting(error, code, exchange) ??
    explainTlsError(error, code, exchange.authority) ??
    requesting(error, code, exchange) ??
    http2(error, code, exchange) ??
    library?.(error, code, exchange) ?? {
      code: exchange.sent ? 'connection_reset' : 'connect_failed',
      message: `${exchange.authority}: ${messageOf(error)}`,
    };
  return new TransportError(meaning.code, meaning.message, {
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    cause: error,
    sent: exchange.sent && meaning.unprocessed !== true,
    answered: exchange.answered || meaning.answered === true,
    reused: exchange.reused,
    ...(/^E[A-Z]/.test(code) && !code.startsWith('ERR_') ? { systemCode: code } : {}),
  });
}

/** What was found out on our side. */
function ours(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  if (error instanceof ManyfetchError) {
    return { code: error.code, message: error.message, ...(error.hint === null ? {} : { hint: error.hint }) };
  }
  if (error instanceof WireFault) return faulty(error, exchange);
  if (error instanceof PhaseTimeout) return silent(error, exchange);
  if (localLimits.has(code)) {
    return {
      code: 'local_limit',
      message: `no connection to ${authority}: this machine has no file descriptor, port or buffer left (${code})`,
      hint: 'Use a lower --concurrency, or raise the limit of open files (ulimit -n).',
    };
  }
  return error instanceof ProxyProblem ? { code: 'proxy_failed', message: error.message, hint: error.hint } : null;
}

function faulty(fault: WireFault, exchange: FailedExchange): Meaning {
  if (fault.code === 'head_too_large') return headersTooLarge(exchange);
  if (fault.code === 'cut_head') return closed(exchange);
  if (fault.code === 'cut_body') return closed({ ...exchange, headSeen: true });
  const meaning = notHttp(exchange, `${fault.message} (${fault.code})`);
  if (speaksOtherwise.has(fault.code)) return meaning;
  return {
    ...meaning,
    hint: 'Server and proxies between must agree on where an answer ends; --transport undici takes more.',
  };
}

function silent({ phase, ms }: PhaseTimeout, { authority }: FailedExchange): Meaning {
  const missing =
    phase === 'headers' ? `${authority} did not begin to answer` : `no more of the answer of ${authority} came`;
  const hint = `Raise ${phase}TimeoutMs if the server needs longer.`;
  return { code: 'timeout', message: `${missing} within ${ms / 1_000} s`, hint };
}

/** What happens before a byte is sent. */
function connecting(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  const { authority, sent } = exchange;
  const host = authority.replace(/:\d+$/, '');
  const local = meaningOfPath(error, code);
  if (local !== null) return local;
  if (code === 'ENOTFOUND' || code.startsWith('EAI_') || code === 'ENODATA') {
    return {
      code: 'dns_failed',
      message: `the name ${nameOf(error) ?? host} could not be resolved (${code})`,
      hint: code === 'EAI_AGAIN' ? 'The name server did not answer.' : 'Check the spelling of the host in the URL.',
    };
  }
  if (code === 'ECONNREFUSED') {
    const message = `nothing accepts connections at ${authority}${triedAddresses(error, host)}`;
    return { code: 'connect_refused', message, hint: 'Check host and port, and that the server is up.' };
  }
  if (code === 'CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && !sent)) {
    return silentAtConnect(exchange, triedAddresses(error, host));
  }
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    const message = `${authority} does not speak the HTTP that was asked for`;
    return { code: 'protocol_error', message, hint: 'Use --http auto.' };
  }
  if (!sent && unreachable.has(code)) {
    // An error of one address names it in its message.
    const tried = error instanceof AggregateError ? triedAddresses(error, host) : '';
    return { code: 'connect_failed', message: `no connection to ${authority}: ${messageOf(error)}${tried}` };
  }
  return null;
}

/** What happens to any connection. */
function requesting(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  if (resets.has(code)) return reset(exchange, code);
  if (code === 'ABORT_ERR') return cancelled(exchange);
  if (code === 'ERR_INVALID_URL') {
    return { code: 'bad_url', message: `${exchange.authority} cannot be requested: ${messageOf(error)}` };
  }
  return null;
}

/** Codes of RFC 9113, 7 that say something of their own. */
const unprocessedStream = 7;
const http1Required = 13;
const reasonsOfReset: Readonly<Record<number, string>> = {
  2: 'internal error',
  8: 'cancelled',
  11: 'too many requests',
};

function http2(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const streamCode = numberOf(error, 'http2ErrorCode');
  if (streamCode === unprocessedStream) {
    return { code: 'connection_closed', message: `${authority} refused the stream, unprocessed`, unprocessed: true };
  }
  if (streamCode === http1Required) {
    const hint = 'Use --http 1.1.';
    return { code: 'protocol_error', message: `${authority} wants HTTP/1.1 for this request`, hint };
  }
  if (code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') {
    return reset(exchange, reasonsOfReset[streamCode ?? -1] ?? messageOf(error));
  }
  if (!code.startsWith('ERR_HTTP2_')) return null;
  const hint = 'If the server does not speak HTTP/2 there, use --http auto.';
  return { ...notHttp(exchange, messageOf(error)), hint };
}

/** The `code` of an error; of several attempts at addresses, that of the first which has a telling one. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if (error instanceof AggregateError && error.errors.length > 0) {
    // Where IPv6 is off, its addresses are "not available": that says nothing about ports or the other addresses.
    const codes = error.errors.map(codeOf).filter((code) => code !== '');
    return codes.find((code) => code !== 'EADDRNOTAVAIL') ?? codes[0] ?? '';
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What an error says of itself; never empty. */
export function messageOf(error: unknown): string {
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
