// The id of a record without parsing it: what `id`, else `custom_id`, of its outermost object says, if that
// is a text or a number that needs no decoding.

import type { JsonLine } from './json-line.ts';

/**
 * The id in a line that was just scanned. Null: it has none that can be used; undefined: its value has to be
 * parsed to tell.
 *
 * @param text the line, one character a byte
 * @param start where in the bytes the line begins, as in the scan
 */
export function plainId(scanned: JsonLine, text: string, start: number): string | null | undefined {
  const id = scanned.idAt < 0 ? null : idFrom(text, scanned.idAt - start);
  if (id !== null) return id;
  return scanned.customIdAt < 0 ? null : idFrom(text, scanned.customIdAt - start);
}

function idFrom(text: string, from: number): string | null | undefined {
  let at = from;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  const first = text.charCodeAt(at);
  if (first === 34) return textFrom(text, at + 1);
  if (first === 45 || (first >= 48 && first <= 57)) return numberFrom(text, at);
  return null;
}

function textFrom(text: string, from: number): string | null | undefined {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at === from ? null : text.slice(from, at);
    if (code === 92 || code > 126) return undefined;
  }
}

/** A whole number keeps its digits, however many there are. */
function numberFrom(text: string, from: number): string | undefined {
  let at = text.charCodeAt(from) === 45 ? from + 1 : from;
  const firstDigit = at;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  const next = text.charCodeAt(at);
  const isWhole = next !== 46 && next !== 69 && next !== 101;
  // -0 is written 0.
  const isNegativeZero = firstDigit > from && text.charCodeAt(firstDigit) === 48;
  return isWhole && !isNegativeZero ? text.slice(from, at) : undefined;
}
