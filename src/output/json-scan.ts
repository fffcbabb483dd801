// Tells whether bytes are JSON (RFC 8259) by looking at each of them once, and makes nothing: JSON.parse takes
// five times as long for a body whose values nobody wants.
//
// Invariant: what is accepted here, JSON.parse accepts too, once it is decoded as UTF-8. Not the other way
// round: what is nested too deeply, or stands behind a byte order mark, is left to JSON.parse.

const deepest = 256;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const space = 0x20;

/** Looks at one body after the other; what it found out of one holds until the next. */
export class JsonScan {
  /** What closes the arrays and objects that are open. */
  readonly #closers = new Uint8Array(deepest);
  /** No byte is above 127. */
  isAscii = true;
  /** No line break stands between the tokens. */
  isOneLine = true;

  /** The bytes are one JSON value, if those of its strings that are not ASCII are UTF-8. */
  accepts(bytes: Uint8Array): boolean {
    const closers = this.#closers;
    const end = bytes.length;
    this.isAscii = true;
    this.isOneLine = true;
    let depth = 0;
    let at = 0;
    for (;;) {
      // Here a value begins.
      at = this.#skipSpace(bytes, at, end);
      if (at >= end) return false;
      const first = bytes[at];
      if (first === quote) {
        at = this.#stringEnd(bytes, at + 1, end);
      } else if (first === openBrace || first === openBracket) {
        const closer = first === openBrace ? closeBrace : closeBracket;
        at = this.#skipSpace(bytes, at + 1, end);
        if (at >= end || depth === deepest) return false;
        if (bytes[at] !== closer) {
          closers[depth++] = closer;
          if (closer === closeBrace) at = this.#keyEnd(bytes, at, end);
          if (at < 0) return false;
          continue;
        }
        at++;
      } else {
        at = scalarEnd(bytes, at, end);
      }
      // Here one has ended, and maybe what it stands in.
      for (;;) {
        if (at < 0) return false;
        at = this.#skipSpace(bytes, at, end);
        if (depth === 0) return at === end;
        if (at >= end) return false;
        const closer = closers[depth - 1];
        const next = bytes[at++];
        if (next === comma) {
          if (closer === closeBrace) at = this.#keyEnd(bytes, at, end);
          if (at < 0) return false;
          break;
        }
        if (next !== closer) return false;
        depth--;
      }
    }
  }

  #skipSpace(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > space) break;
      if (byte === 0x0a || byte === 0x0d) this.isOneLine = false;
      else if (byte !== space && byte !== 0x09) break;
    }
    return at;
  }

  /** Behind a key and its colon; -1 if there is none. */
  #keyEnd(bytes: Uint8Array, from: number, end: number): number {
    const start = this.#skipSpace(bytes, from, end);
    if (start >= end || bytes[start] !== quote) return -1;
    const keyEnd = this.#stringEnd(bytes, start + 1, end);
    if (keyEnd < 0) return -1;
    const at = this.#skipSpace(bytes, keyEnd, end);
    return at < end && bytes[at] === colon ? at + 1 : -1;
  }

  /** Behind the quote that ends the string whose first character stands at `from`; -1 if it is not whole. */
  #stringEnd(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end) {
      const byte = bytes[at++] ?? 0;
      if (byte === quote) return at;
      if (byte >= space && byte < 0x80 && byte !== backslash) continue;
      if (byte < space) return -1;
      if (byte === backslash) at = escapeEnd(bytes, at, end);
      else this.isAscii = false;
      if (at < 0) return -1;
    }
    return -1;
  }
}

/** Behind what stands after a backslash; -1 if it may not stand there. */
function escapeEnd(bytes: Uint8Array, from: number, end: number): number {
  if (from >= end) return -1;
  // `"`, `\`, `/`, b, f, n, r, t
  switch (bytes[from]) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return from + 1;
    case 0x75:
      if (from + 5 > end) return -1;
      for (let at = from + 1; at < from + 5; at++) if (!isHexDigit(bytes[at] ?? 0)) return -1;
      return from + 5;
    default:
      return -1;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** Behind the number, `true`, `false` or `null` that begins at `from`; -1 if there is none. */
function scalarEnd(bytes: Uint8Array, from: number, end: number): number {
  switch (bytes[from]) {
    case 0x74:
      return from + 4 <= end && bytes[from + 1] === 0x72 && bytes[from + 2] === 0x75 && bytes[from + 3] === 0x65
        ? from + 4
        : -1;
    case 0x6e:
      return from + 4 <= end && bytes[from + 1] === 0x75 && bytes[from + 2] === 0x6c && bytes[from + 3] === 0x6c
        ? from + 4
        : -1;
    case 0x66:
      return from + 5 <= end &&
        bytes[from + 1] === 0x61 &&
        bytes[from + 2] === 0x6c &&
        bytes[from + 3] === 0x73 &&
        bytes[from + 4] === 0x65
        ? from + 5
        : -1;
    default:
      return numberEnd(bytes, from, end);
  }
}

function numberEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = bytes[from] === minus ? from + 1 : from;
  if (at < end && bytes[at] === 0x30) at++;
  else if ((at = digitsEnd(bytes, at, end)) < 0) return -1;
  if (at < end && bytes[at] === 0x2e && (at = digitsEnd(bytes, at + 1, end)) < 0) return -1;
  if (at >= end || ((bytes[at] ?? 0) | 0x20) !== 0x65) return at;
  at++;
  if (at < end && (bytes[at] === minus || bytes[at] === 0x2b)) at++;
  return digitsEnd(bytes, at, end);
}

/** Behind one digit or more; -1 if there is none. */
function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at] ?? 0)) at++;
  return at === from ? -1 : at;
}
