// Says in plain words why a TLS handshake failed, and what the user can do about it.
// Knows the codes of node:tls and OpenSSL; knows nothing of exchanges.

/** The meaning of a failed handshake. */
export interface TlsMeaning {
  readonly code: 'tls_failed';
  readonly message: string;
  readonly hint: string;
}

const trustHint = 'Name its authority with --cacert, or accept any certificate with --insecure.';
const selfSigned = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
]);

/** Explains an error if it is about TLS, else gives null. */
export function explainTlsError(error: unknown, code: string, authority: string): TlsMeaning | null {
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'CERT_HAS_EXPIRED') {
    return failed(`the certificate of ${authority} has expired`, 'Tell its owner, or accept it with --insecure.');
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return failed(`the certificate of ${authority} is not valid yet`, "Check this machine's clock.");
  }
  if (selfSigned.has(code)) {
    return failed(
      `the certificate of ${authority} was not issued by an authority that is trusted (${code})`,
      trustHint,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failed(
      `the certificate of ${authority} is for other hosts: ${hostsOf(error)}`,
      'Use a host that the certificate names, or accept it with --insecure.',
    );
  }
  if (/^CERT_|^CRL_|_CERT_|_CA$|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH/.test(code)) {
    return failed(`the certificate of ${authority} cannot be trusted: ${text} (${code})`, trustHint);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.startsWith('ERR_OSSL')) {
    return failed(`the TLS handshake with ${authority} failed: ${opensslReason(text)}`, handshakeHint(code, text));
  }
  return null;
}

function failed(message: string, hint: string): TlsMeaning {
  return { code: 'tls_failed', message, hint };
}

function hostsOf(error: unknown): string {
  const cert: unknown = typeof error === 'object' && error !== null && 'cert' in error ? error.cert : null;
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return 'it names none';
  return String(cert.subjectaltname).replaceAll('DNS:', '').replaceAll('IP Address:', '');
}

/** OpenSSL says `4027C40D:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/...:355:`. */
function opensslReason(text: string): string {
  return /SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text.split('\n')[0] ?? text;
}

function handshakeHint(code: string, text: string): string {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /wrong version number|packet length too long/.test(text)) {
    return 'There is probably no TLS on this port: try http:// instead of https://.';
  }
  if (/certificate required|bad certificate|handshake failure|unknown ca/i.test(text)) {
    return 'The server may want a client certificate: give it with --cert and --key.';
  }
  return 'The server and this machine have no version or cipher of TLS in common.';
}
