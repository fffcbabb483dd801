// What a redirecting answer asks for: the next request, nothing, or something that cannot be done.
// Pure; who follows and counts is the caller's business.
//
// Invariant: what looks like a credential never goes to another origin.

import { namesCredential } from './credential-names.ts';
import { maskQuery } from './query-credentials.ts';
import { allHeaders } from './request.ts';
import type { HttpRequest } from './request.ts';

/** What to do after an answer. */
export type Redirect =
  | { readonly kind: 'follow'; readonly request: HttpRequest }
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly message: string };

const none: Redirect = { kind: 'none' };
const redirecting = new Set([301, 302, 303, 307, 308]);

/**
 * Decides where an answer leads (RFC 9110, 15.4; the Fetch standard where that leaves a choice).
 * 301 and 302 turn POST into GET, 303 turns all but HEAD into GET, 307 and 308 keep method and body.
 * @param headers name, value, ...; names in lower case, as a transport delivers them.
 */
export function redirect(request: HttpRequest, status: number, headers: readonly string[]): Redirect {
  if (!redirecting.has(status)) return none;
  const location = locationOf(headers);
  if (location === null) return none;

  // Not `new URL(path, origin)`: a path that begins with `//` would be taken for another host.
  const target = URL.parse(location, request.origin + request.path);
  if (target === null) {
    return { kind: 'bad', message: `the answer ${status} redirects to ${quoted(location)}, which is not a URL` };
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    const shown = `${target.protocol}//${target.host}`;
    return { kind: 'bad', message: `the answer ${status} redirects to ${quoted(shown)}, which is not http or https` };
  }
  return { kind: 'follow', request: next(request, status, target) };
}

function next(request: HttpRequest, status: number, target: URL): HttpRequest {
  const method = nextMethod(request.method, status);
  const keepsBody = method === request.method && status !== 303;
  const sameOrigin = target.origin === request.origin;
  return {
    method,
    origin: target.origin,
    path: target.pathname + target.search,
    headers: nextHeaders(allHeaders(request), keepsBody, sameOrigin),
    body: keepsBody ? request.body : null,
    shownUrl: maskQuery(target.origin + target.pathname + target.search),
  };
}

function nextMethod(method: string, status: number): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  if ((status === 301 || status === 302) && method === 'POST') return 'GET';
  return method;
}

function nextHeaders(headers: readonly string[], keepsBody: boolean, sameOrigin: boolean): readonly string[] {
  if (keepsBody && sameOrigin) return headers;
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const lower = name.toLowerCase();
    if (!keepsBody && (lower.startsWith('content-') || lower === 'transfer-encoding')) continue;
    if (!sameOrigin && (lower === 'host' || namesCredential(lower))) continue;
    kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}

function locationOf(headers: readonly string[]): string | null {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    // Undecoded bytes stand one a character; a location that is not ASCII is UTF-8 in practice.
    if (headers[at] === 'location') return Buffer.from(headers[at + 1] ?? '', 'latin1').toString('utf8');
  }
  return null;
}

function quoted(location: string): string {
  const text = maskQuery(location.replace(/^([a-z][a-z0-9+.-]*:[\\/]*|[\\/]*).*@/is, '$1***@'));
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}
