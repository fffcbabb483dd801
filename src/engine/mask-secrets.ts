// Keeps what a server repeats of a request's secrets out of what is recorded: a redirect to the same
// path with a slash behind it has the same key in its query. Bodies are left as they came.

import type { HttpRequest } from '../http/request.ts';
import { secretsIn } from '../plan/placed-secrets.ts';

/** The text without values of the environment that were placed in the request. */
export function maskSecrets(request: HttpRequest, text: string): string {
  const secrets = secretsIn(request);
  return secrets.length === 0 ? text : secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** The same for headers; the list itself if nothing is to be masked. */
export function maskHeaders(request: HttpRequest, headers: readonly string[]): readonly string[] {
  return secretsIn(request).length === 0 ? headers : headers.map((text) => maskSecrets(request, text));
}
