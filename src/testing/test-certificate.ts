// Gives the certificates in `certificates/`, made for localhost and 127.0.0.1.

import { readFileSync } from 'node:fs';

/** The PEM text of one of the files. */
export function testCertificate(name: 'ca' | 'server' | 'server-key' | 'client' | 'client-key'): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
}
