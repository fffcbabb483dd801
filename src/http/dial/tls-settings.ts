// What every TLS connection of a transport shares: one secure context (parsing authorities and keys
// once, not for each connection) and whether certificates are verified.
//
// Trap: node:tls is loaded here and in tls-client.ts only, when it is wanted, and the authorities that Node trusts are
// read then: together they take about 20 ms, which a run over cleartext need not wait for.

import { X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { UsageError } from '../../errors.ts';
import type { TransportOptions } from '../transport-options.ts';

/** The part of the options of `tls.connect` that all connections have in common. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly secureContext: SecureContext;
}

/**
 * Turns the TLS options of a transport into those of `tls.connect`. Given authorities are added to
 * Node's own, they do not replace them.
 * @throws UsageError `bad_option` when the PEM texts cannot be used.
 */
export function tlsSettings(options: TransportOptions): TlsSettings {
  const { createSecureContext, getCACertificates } = process.getBuiltinModule('node:tls');
  const rejectUnauthorized = options.verifyTls ?? true;
  const { ca, cert, key } = options;
  // Node would show nobody a certificate whose key it has not.
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] = key === undefined ? ['--cert', '--key'] : ['--key', '--cert'];
    throw new UsageError('bad_option', `${given} was given without ${missing}`, { hint: 'Give both.' });
  }
  try {
    // Node takes authorities that it cannot read for none.
    if (ca !== undefined) void new X509Certificate(ca);
    const secureContext = createSecureContext({
      ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { rejectUnauthorized, secureContext };
  } catch (error) {
    const names = [ca && '--cacert', cert && '--cert', key && '--key'].filter(Boolean).join(', ');
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('bad_option', `the certificates or key of ${names} cannot be used: ${reason}`, {
      hint: 'Give PEM files, and a key that belongs to the certificate and is not encrypted.',
      cause: error,
    });
  }
}
