// Takes credentials out of what is recorded of an exchange, by the names of headers, parameters and fields: values
// become `***`. All else stays as it was, byte for byte, so that a recording can be replayed and compared.
//
// Invariant: it errs on the side of too much, in time that grows with the text and no faster.

import { mayNameCredential, namesCredential } from '../credential-names.ts';
import { maskQuery } from '../query-credentials.ts';

const masked = '***';

/** Challenges, which are public, although their names say otherwise; what answers them is not. */
const openHeaders = new Set(['www-authenticate', 'proxy-authenticate']);

/** A header's value as it may be kept: of cookies the names, of a redirect and the like the URL without its secrets. */
export function maskHeader(name: string, value: string): string {
  const lower = name.toLowerCase();
  // A cookie without a name is nothing but its value (RFC 6265bis, 5.6).
  if (lower === 'set-cookie') return value.replace(/^([^=;]*=)?[^;]*/, `$1${masked}`);
  if (lower === 'cookie') return value.replace(/([^=;]*=)[^;]*|[^;]+/g, `$1${masked}`);
  if (lower === 'location' || lower === 'referer' || lower === 'content-location') return maskUrl(value);
  // URLs may stand anywhere, as in `link`.
  if (openHeaders.has(lower) || !namesCredential(lower)) return value.replace(/[^\s<>"',;]+/g, maskQuery);
  const scheme = /^(?:Basic|Bearer|Digest|Negotiate|Token|AWS4-HMAC-SHA256) /i.exec(value)?.[0] ?? '';
  return scheme + masked;
}

/** A URL without user info and fragment, its secret parameters masked. */
export function maskUrl(url: string): string {
  return maskQuery(url.replace(/#.*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i, '$1//'));
}

/** The text of a body as it may be kept. @param contentType null: nothing is known of it */
export function maskBody(text: string, contentType: string | null): string {
  if (contentType === null || !mayNameCredential(text)) return text;
  if (/x-www-form-urlencoded/i.test(contentType)) return maskQuery(`?${text}`).slice(1);
  if (/multipart\/form-data/i.test(contentType)) return maskParts(text);
  return /json|event-stream/i.test(contentType) ? maskJson(text) : text;
}

function maskParts(text: string): string {
  const pieces = text.split('\r\n--').map((piece) => {
    const head = piece.slice(0, piece.indexOf('\r\n\r\n') + 4);
    const name = /;\s*name="([^"\r\n]*)"/i.exec(head)?.[1] ?? '';
    return namesCredential(name) ? head + masked : piece;
  });
  return pieces.join('\r\n--');
}

/** A string (also one that nobody ended), a mark, or a number or word. */
const token = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|[{}[\]:,]|[^"{}[\]:,\s]+/g;

/** Also several values, one behind the other. Numbers are kept where the name may be that of a count, as `total_tokens` is. */
function maskJson(text: string): string {
  /** For each bracket that is open: the name of the list of secrets that it is; null: it is none. */
  const open: (string | null)[] = [];
  let name = '';
  let isSecret = false;
  return text.replace(token, (found) => {
    if (found === '[' || found === '{') {
      isSecret = found === '[' && isSecret;
      open.push(isSecret ? name : null);
    } else if (found === ']' || found === '}' || found === ',') {
      if (found !== ',') open.pop();
      const around = open.at(-1) ?? null;
      isSecret = around !== null;
      name = around ?? '';
    } else if (found === ':') {
      isSecret = namesCredential(name);
    } else if (isSecret) {
      if (found.startsWith('"')) return `"${masked}"`;
      return /^-?\d/.test(found) && !/tokens/i.test(name) ? '0' : found;
    } else {
      name = found.replaceAll('"', '');
    }
    return found;
  });
}
