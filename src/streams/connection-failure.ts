// What goes wrong with a connection, before it stands and after, as errors of ours in the words of this library: what http/ says is
// meant for the command too, and names its options.

import { ManyfetchError, TransportError, UsageError } from '../errors.ts';
import { explainTlsError } from '../http/dial/explain-tls-error.ts';
import { mapTransportError } from '../http/map-transport-error.ts';

const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Options of the command, and what they are here. */
const words: readonly (readonly [RegExp, string])[] = [
  [/--cacert/g, '`tls.ca`'],
  [/--insecure/g, '`tls.insecure`'],
  [/--cert/g, '`tls.cert`'],
  [/--key/g, '`tls.key`'],
  [/--connect-timeout/g, '`connectTimeoutMs`'],
  [/Use a lower --concurrency/g, 'Open fewer connections at once'],
  [/try http:\/\/ instead of https:\/\//g, 'leave `tls` out'],
  [/ in the URL/g, ''],
];

function inOurWords(text: string): string {
  return words.reduce((said, [theirs, ours]) => said.replace(theirs, ours), text);
}

/** Why a connection could not be made. @param peer host and port of the other side */
export function openingFailure(error: unknown, peer: string): TransportError {
  const meant = mapTransportError(error, {
    authority: peer,
    sent: false,
    answered: false,
    reused: false,
    headSeen: false,
  });
  const { code, message, hint, systemCode } = meant;
  return new TransportError(code, message, {
    cause: error,
    sent: false,
    answered: false,
    reused: false,
    ...(hint !== null && { hint: inOurWords(hint) }),
    ...(systemCode !== null && { systemCode }),
  });
}

/** Certificates that cannot be used. */
export function settingsFailure(error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  const { code, message, hint, cause } = error;
  return new UsageError(code, inOurWords(message), { cause, ...(hint !== null && { hint: inOurWords(hint) }) });
}

/** What happened to a connection that stood. */
export function connectionFailure(error: Error, peer: string): ManyfetchError {
  if (error instanceof ManyfetchError) return error;
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const facts = { cause: error, sent: true, answered: true, reused: false, ...(systemCode !== '' && { systemCode }) };
  const tls = explainTlsError(error, systemCode, peer);
  if (tls !== null) return new TransportError(tls.code, tls.message, { ...facts, hint: inOurWords(tls.hint) });
  const how = resets.has(systemCode) ? `was reset (${systemCode})` : `failed: ${error.message || systemCode}`;
  return new TransportError('connection_reset', `The connection to ${peer} ${how}`, facts);
}
