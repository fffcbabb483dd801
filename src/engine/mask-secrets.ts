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
  return holdsSecret(text, secretsIn(request)) ? maskTexts(text, repeatable(request)) : text;
}

/** The same for headers, and without keys of the query; the list itself if nothing is to be masked. */
export function maskHeaders(request: HttpRequest, headers: readonly string[]): readonly string[] {
  const secrets = secretsIn(request);
  const hasKeys = request.shownUrl.includes('=***');
  if (secrets.length === 0 && !hasKeys) return headers;
  let masked: string[] | null = null;
  for (let at = 1; at < headers.length; at += 2) {
    const value = headers[at] ?? '';
    const isSecret = holdsSecret(value, secrets);
    if (!isSecret && (!hasKeys || !value.includes('?'))) continue;
    masked ??= [...headers];
    const open = isSecret ? maskTexts(value, repeatable(request)) : value;
    masked[at] = hasKeys ? maskQuery(open) : open;
  }
  return masked ?? headers;
}

/** Few headers do; most are not as long as a secret. */
function holdsSecret(text: string, secrets: readonly string[]): boolean {
  for (const secret of secrets) {
    if (secret.length >= shortestSecretChars && secret.length <= text.length && text.includes(secret)) return true;
  }
  return false;
}

function repeatable(request: HttpRequest): readonly string[] {
  return secretsIn(request).filter((secret) => secret.length >= shortestSecretChars);
}
