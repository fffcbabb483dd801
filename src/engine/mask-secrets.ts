// Keeps what a server repeats of a request's secrets out of what is recorded: a redirect to the same
// path with a slash behind it has the same key in its query. Bodies are left as they came.
//
// Invariant: a name of a header stays as the server wrote it; only values are masked.

import { maskQuery } from '../http/query-credentials.ts';
import type { HttpRequest } from '../http/request.ts';
import { maskTexts, secretsIn } from '../plan/placed-secrets.ts';

/**
 * A variable may hold as little as `en` or `1`. That is no secret, and stands in nearly every text by chance:
 * masked there, it would tell nothing but falsehoods. Where the request itself has it, it is masked all the same.
 */
const shortestSecretChars = 4;

/** The text without values of the environment that were placed in the request. */
export function maskSecrets(request: HttpRequest, text: string): string {
  return maskTexts(text, repeatable(request));
}

/** The same for headers, and without keys of the query; the list itself if nothing is to be masked. */
export function maskHeaders(request: HttpRequest, headers: readonly string[]): readonly string[] {
  const secrets = repeatable(request);
  const hasKeys = request.shownUrl.includes('=***');
  if (secrets.length === 0 && !hasKeys) return headers;
  return headers.map((text, at) => {
    if (at % 2 === 0) return text;
    const masked = maskTexts(text, secrets);
    return hasKeys ? maskQuery(masked) : masked;
  });
}

function repeatable(request: HttpRequest): readonly string[] {
  const secrets = secretsIn(request);
  return secrets.length === 0 ? secrets : secrets.filter((secret) => secret.length >= shortestSecretChars);
}
