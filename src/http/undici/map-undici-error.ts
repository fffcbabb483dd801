// Turns what undici reports into errors of ours: what is undici's own here, what it passes on from Node
// in `mapTransportError`. Imports no undici, so that whoever merely knows its errors does not load it.
//
// Invariant: every error maps to a code of ours, and no message shows credentials.

import type { ErrorCode, TransportError } from '../../errors.ts';
import { triedAddresses } from '../dial/tried-addresses.ts';
import { cancelled, closed, headersTooLarge, notHttp, silentAtConnect } from '../failure-meaning.ts';
import type { FailedExchange, Meaning } from '../failure-meaning.ts';
import { mapTransportError, messageOf } from '../map-transport-error.ts';

const cuts = new Set(['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'HPE_INVALID_EOF_STATE']);
const aborts = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORT', 'UND_ERR_ABORTED']);

/** Maps an error of undici or of Node to a TransportError that names the host and says what happened. */
export function mapUndiciError(error: unknown, exchange: FailedExchange): TransportError {
  return mapTransportError(error, exchange, undiciMeaning);
}

function undiciMeaning(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  return answers(error, code, exchange) ?? requests(error, code, exchange);
}

/** What is wrong with an answer, or with how it ended. */
function answers(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const message = messageOf(error);
  if (message.includes('"GOAWAY" frame received') && !exchange.answered) {
    return {
      code: 'connection_closed',
      message: `${authority} went away before it took the request`,
      unprocessed: true,
    };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') return headersTooLarge(exchange);
  if (cuts.has(code) || (isParserError(error) && message.includes('EOF'))) return closed(exchange);
  if (code.startsWith('HPE_') || isParserError(error)) return notHttp(exchange, message);
  if (code === 'UND_ERR_SOCKET') {
    if (message === 'bad response' || message === 'bad upgrade') return notHttp(exchange, message);
    return closed(exchange);
  }
  if (message.startsWith('HTTP/2: stream')) return closed(exchange);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return { code: 'body_too_large', message: `the answer of ${authority} is too large` };
  }
  return null;
}

/** undici means to give its parser's errors a code, and gives them none. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

function requests(error: unknown, code: string, exchange: FailedExchange): Meaning | null {
  const { authority } = exchange;
  const message = messageOf(error);
  if (aborts.has(code)) return cancelled(exchange);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return silentAtConnect(exchange, triedAddresses(error, authority.replace(/:\d+$/, '')));
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { code: 'timeout', message: `${authority} did not answer in time` };
  }
  if (code.startsWith('UND_ERR_PRX') || code.startsWith('UND_ERR_SOCKS5')) {
    return { code: 'proxy_failed', message: `the proxy did not let the request through: ${message}` };
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED' || code.startsWith('UND_ERR_REQ_CONTENT')) {
    return { code: invalidPart(message), message: `the request to ${authority} cannot be sent: ${message}` };
  }
  return null;
}

function invalidPart(message: string): ErrorCode {
  if (/header|content-length/i.test(message)) return 'bad_header';
  if (/method/i.test(message)) return 'bad_method';
  return /path|url|origin/i.test(message) ? 'bad_url' : 'bad_record';
}
