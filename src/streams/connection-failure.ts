// What goes wrong with a connection, before it stands and after, as errors of ours in the words of this library: what http/ says is
// meant for the command too, and names its options.

import { ManyfetchError, TransportError, UsageError } from '../errors.ts';
import { explainTlsError } from '../http/dial/explain-tls-error.ts';
import { textInCode } from '../http/in-code.ts';
import { mapTransportError } from '../http/map-transport-error.ts';

const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Options that are part of another one here. */
const called = { cacert: 'tls.ca', insecure: 'tls.insecure', cert: 'tls.cert', key: 'tls.key' };
/** What has a meaning for requests only. */
const words: readonly (readonly [string, string])[] = [
  ['Use a lower --concurrency', 'Open fewer connections at once'],
  ['try http:// instead of https://', 'leave `tls` out'],
  [' in the URL', ''],
];

function inOurWords(text: string): string {
  const said = words.reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours), text);
  return textInCode(said, called);
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
