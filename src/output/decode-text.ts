// Turns the bytes of a body into text, by a byte order mark, or else the charset that was declared,
// or else UTF-8. It never guesses: bytes that are not valid in the charset are no text.
//
// Charset labels are those of the WHATWG Encoding Standard, where `latin1` is windows-1252.

import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

const largestCache = 64;

/** Decodes bodies, and keeps the decoders that it has needed. */
export class TextDecoding {
  readonly #decoders = new Map<string, TextDecoder | null>();

  /** The text of `bytes`, without a byte order mark; null if they are not valid, or nobody knows the charset. */
  strict(bytes: Buffer, charset: string | null): string | null {
    const label = byteOrderMark(bytes) ?? charset;
    if (label === null || label === 'utf-8' || label === 'utf8') return decodeUtf8(bytes);
    const decoder = this.#decoder(label);
    if (decoder === null) return null;
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  }

  /** The text of `bytes`; what is not valid becomes U+FFFD, and an unknown charset is taken for UTF-8. */
  lossy(bytes: Buffer, charset: string | null): string {
    const text = this.strict(bytes, charset);
    if (text !== null) return text;
    const label = byteOrderMark(bytes) ?? charset ?? 'utf-8';
    return new TextDecoder(this.#decoder(label) === null ? 'utf-8' : label).decode(bytes);
  }

  #decoder(label: string): TextDecoder | null {
    const known = this.#decoders.get(label);
    if (known !== undefined) return known;
    let made: TextDecoder | null = null;
    try {
      made = new TextDecoder(label, { fatal: true });
    } catch {
      // The label names no charset that there is; that is remembered like one that does.
    }
    if (this.#decoders.size >= largestCache) this.#decoders.clear();
    this.#decoders.set(label, made);
    return made;
  }
}

/** The charset that the first bytes give away (WHATWG Encoding, "BOM sniff"). */
function byteOrderMark(bytes: Buffer): string | null {
  const first = bytes[0];
  if (first === undefined || first < 0xef) return null;
  if (first === 0xef) return bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : null;
  if (first === 0xfe) return bytes[1] === 0xff ? 'utf-16be' : null;
  return first === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null;
}

function decodeUtf8(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  // U+FFFD stands for bytes that are not valid, or was sent as such; only then is the slower question asked.
  if (text.includes('\ufffd') && !isUtf8(bytes)) return null;
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
