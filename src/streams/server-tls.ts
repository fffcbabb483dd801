// Who a server is over TLS, and whom it lets in: what can be said of it, and what `node:tls` is told.

import { refuseUnknown } from '../concurrency/refuse-unknown.ts';
import { UsageError } from '../errors.ts';

/** Who the server is, and whom it lets in. All as PEM text. */
export interface ServerTlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate that was issued by one of these. @default none is asked for */
  readonly clientCa?: string | undefined;
}

const known = { cert: 0, key: 0, clientCa: 0 } satisfies Record<keyof ServerTlsOptions, 0>;

/** With another one of these passed over, everybody would be let in. */
const elsewhere = { ca: 'clientCa', clientca: 'clientCa', requestcert: 'clientCa', rejectunauthorized: 'clientCa' };

/** Checked, as options of `node:tls`. Without a certificate no handshake would succeed. @throws UsageError `bad_option` for what cannot be used */
export function tlsOptions(options: ServerTlsOptions) {
  refuseUnknown(options, known, elsewhere, '`tls`');
  const { cert, key, clientCa } = options;
  if (!cert || !key) throw new UsageError('bad_option', 'A server needs `cert` and `key` for TLS');
  const { createSecureContext } = process.getBuiltinModule('node:tls');
  const asked = { cert, key, ...(clientCa !== undefined && { ca: clientCa }) };
  try {
    createSecureContext(asked);
  } catch (error) {
    const hint = 'Give PEM text, and a key that belongs to the certificate and is not encrypted.';
    throw new UsageError('bad_option', `\`tls\` cannot be used: ${String(error)}`, { hint, cause: error });
  }
  return { ...asked, ...(clientCa !== undefined && { requestCert: true, rejectUnauthorized: true }) };
}
