// Shows a request as it would be sent, for `--dry-run`. No secret leaves here: credentials and values of
// the environment are masked.

import { namesCredential } from '../http/credential-names.ts';
import { maskQuery } from '../http/query-credentials.ts';
import { ByteString } from '../http/byte-string.ts';
import { allHeaders } from '../http/request.ts';
import type { HttpRequest } from '../http/request.ts';
import { formType } from './body-plan.ts';
import { maskTexts, secretsIn } from './placed-secrets.ts';

const shownBodyCharacters = 2000;

/**
 * A comment that names scheme and host, the request line, the headers, an empty line and the body, cut at
 * 2,000 characters.
 *
 * @param idempotencyHeader the header of the idempotency key, which is no secret although its name says key
 */
export function describeRequest(request: HttpRequest, idempotencyHeader?: string): string {
  const secrets = secretsIn(request);
  const path = pathOf(request.shownUrl);
  const host = hostOf(request, secrets);
  const lines = [`# ${host === '***' ? '' : schemeOf(request)}${host}`];
  lines.push(`${request.method} ${maskTexts(path, secrets)} HTTP/1.1`);
  const headers = allHeaders(request);
  if (!hasHost(headers)) lines.push(`Host: ${host}`);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    lines.push(
      `${name}: ${namesCredential(name, idempotencyHeader) ? maskCredential(value) : maskTexts(value, secrets)}`,
    );
  }
  const body = describeBody(request, secrets);
  return `${lines.join('\n')}\n\n${body}`;
}

function pathOf(shownUrl: string): string {
  // The host may be masked, scheme and all.
  const authority = /^https?:\/\//.exec(shownUrl)?.[0].length ?? 0;
  const slash = shownUrl.indexOf('/', authority);
  return slash < 0 ? '/' : shownUrl.slice(slash);
}

/** Not masked text by text: a variable that holds a whole URL has the host in it, and more. */
function hostOf({ origin, shownUrl }: HttpRequest, secrets: readonly string[]): string {
  const isPublic = secrets.length === 0 || shownUrl.toLowerCase().startsWith(`${origin}/`);
  return isPublic ? origin.slice(schemeOf({ origin }).length) : '***';
}

/** `https://`, which no other line of a request tells. */
function schemeOf({ origin }: Pick<HttpRequest, 'origin'>): string {
  return origin.slice(0, origin.indexOf('://') + 3);
}

function hasHost(headers: readonly string[]): boolean {
  return headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
}

/** `Bearer abc` as `Bearer ***`: the scheme tells what is sent, and is no secret. */
function maskCredential(value: string): string {
  const scheme = /^(Basic|Bearer|Digest|Negotiate|Token|AWS4-HMAC-SHA256) /i.exec(value)?.[0] ?? '';
  return `${scheme}***`;
}

function describeBody(request: HttpRequest, secrets: readonly string[]): string {
  const body = request.body instanceof ByteString ? request.body.toText() : request.body;
  if (body === null) return '';
  if (typeof body !== 'string') return `<${body.byteLength} bytes>`;
  // Masked before it is cut: half a secret at the cut would not be found.
  const open = maskTexts(body, secrets);
  const isForm = allHeaders(request).includes(formType);
  const masked = isForm ? maskQuery(`?${open}`).slice(1) : open;
  if (masked.length <= shownBodyCharacters) return masked;
  return `${masked.slice(0, shownBodyCharacters)}… (${masked.length - shownBodyCharacters} more characters)`;
}
