// What may stand in a header. Pure rules, no state.
// Invariant: what is told of a header that is refused is never its value.

import { RecordError } from '../errors.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Field content of RFC 9110, 5.5: visible ASCII, space, tab, and Latin-1 as obs-text.
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/;
const transportHeaders = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade']);

/** Whether a text is a token of RFC 9110, as methods and header names must be. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** Why a header of this name cannot be set, or null. */
export function headerNameTrouble(name: string): string | null {
  if (!token.test(name)) {
    // Often a whole line, `Authorization: Bearer …`: what is behind the colon may be a secret.
    const colon = name.indexOf(':', 1);
    const shown = colon < 0 ? name : `${name.slice(0, colon)}:…`;
    return `${JSON.stringify(shown.slice(0, 100))} is not a header name`;
  }
  if (transportHeaders.has(name.toLowerCase())) return `the header "${name}" is set by the connection itself`;
  return null;
}

/** Why a header cannot have this value, or null. The value is not told: it may be a secret. */
export function headerValueTrouble(value: string): string | null {
  const found = forbiddenInValue.exec(value);
  if (found === null) return null;
  const code = value.codePointAt(found.index) ?? 0;
  const known = code === 13 ? 'CR' : code === 10 ? 'LF' : code === 0 ? 'NUL' : null;
  return `${known ?? `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`} at position ${found.index + 1} may not be sent in a header`;
}

const lineHint = 'A header value is one line of Latin-1 text. Encode the value, or send it in the body.';

/** A header of a record that cannot be sent. */
export function badHeader(trouble: string, hint = lineHint): RecordError {
  return new RecordError('bad_header', trouble, { hint });
}
