// Lets a request carry which secret texts were placed in it, for those who show it. It travels on the
// request itself, under a symbol, so that no one else sees it and nothing outlives the request.

import type { HttpRequest } from '../http/request.ts';

const placed = Symbol('manyfetch.placedSecrets');
const none: readonly string[] = [];

interface MarkedRequest extends HttpRequest {
  readonly [placed]: readonly string[];
}

/** The same request, which knows what must be masked in it. */
export function withSecrets(request: HttpRequest, secrets: readonly string[]): HttpRequest {
  if (secrets.length === 0) return request;
  const marked: MarkedRequest = { ...request, [placed]: secrets };
  return marked;
}

/** The texts to mask in a request, longest first. */
export function secretsIn(request: HttpRequest): readonly string[] {
  return (request as Partial<MarkedRequest>)[placed] ?? none;
}

/** The text without the secrets. `secrets`: longest first, as one may be part of another. */
export function maskTexts(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, '***');
  return masked;
}

/** The forms in which values of the environment can stand in a request: as they are, in URLs, forms and JSON. */
export function secretForms(values: Iterable<string>): readonly string[] {
  const forms = new Set<string>();
  for (const value of values) {
    const wellFormed = value.toWellFormed();
    const inUrl = encodeURIComponent(wellFormed);
    for (const form of [value, inUrl, inUrl.replaceAll('%20', '+'), JSON.stringify(value).slice(1, -1)])
      forms.add(form);
  }
  forms.delete('');
  return [...forms].sort((a, b) => b.length - a.length);
}
