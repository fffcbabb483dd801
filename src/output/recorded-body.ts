// Decides in which form a body is recorded: as JSON, as text, as base64, as a hash, as the name of a
// file, or not at all. How that form is written is the business of the formats.
//
// Many answers are the same, byte for byte, as the one before: then the form is that one's.
//
// Invariant: what is recorded as `json` is what was received, digit for digit, without the line breaks.

import { constants } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Answer } from '../http/result.ts';
import { ContentTypes } from './content-type.ts';
import type { ContentType } from './content-type.ts';
import { TextDecoding } from './decode-text.ts';
import { JsonScan } from './json-scan.ts';

/** `--body`; and `file` for `--bodies DIR`. */
export type BodyMode = 'auto' | 'text' | 'base64' | 'none' | 'hash' | 'file';

/** A body in the form in which it is recorded. */
export type RecordedBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json' | 'text' | 'base64'; readonly text: string }
  | { readonly kind: 'hash'; readonly hash: string; readonly bytes: number }
  | { readonly kind: 'file'; readonly name: string };

const none: RecordedBody = { kind: 'none' };

// A character of text may take six as JSON (`\u0000`), and a string has a limit. A larger body is
// recorded as its hash, so that its record gets a line all the same.
const largestBodyBytes = Math.floor(constants.MAX_STRING_LENGTH / 7);

/** A larger body is not compared with the one before it, which would have to be kept for that. */
const largestKept = 16 * 1024;

// In valid JSON a raw line break stands between tokens, and so does the white space after it.
const lineBreaks = /[\r\n][\t\r\n ]*/g;
const anyLineBreak = /[\r\n]/;

/** A body and what became of it. */
interface KnownBody {
  /** One character for each byte. */
  readonly bytes: string;
  readonly contentType: ContentType;
  readonly form: RecordedBody;
}

/** Brings bodies into the form that one run records. */
export class BodyRecorder {
  readonly #mode: BodyMode;
  readonly #contentTypes = new ContentTypes();
  readonly #decoding = new TextDecoding();
  readonly #scan = new JsonScan();
  #last: KnownBody | null = null;

  constructor(mode: BodyMode) {
    this.#mode = mode;
  }

  /** The form of an answer's body. `bodyFile` is where it was saved, in the mode `file`. */
  record(answer: Answer | null, bodyFile: string | null): RecordedBody {
    if (answer === null || answer.body.length === 0) return none;
    switch (this.#mode) {
      case 'none':
        return none;
      case 'file':
        return bodyFile === null ? none : { kind: 'file', name: bodyFile };
      case 'hash':
        return hashed(answer.body);
      case 'auto':
      case 'text':
      case 'base64':
      default:
        return answer.body.length > largestBodyBytes ? hashed(answer.body) : this.#whole(answer);
    }
  }

  #whole({ headers, body }: Answer): RecordedBody {
    if (this.#mode === 'base64') return base64(body);
    const contentType = this.#contentTypes.of(headers);
    if (body.length > largestKept) return this.#form(body, contentType, null);
    // A copy: nobody else can change it.
    const bytes = body.toString('latin1');
    const last = this.#last;
    if (last !== null && last.bytes === bytes && last.contentType === contentType) return last.form;
    const form = this.#form(body, contentType, bytes);
    this.#last = { bytes, contentType, form };
    return form;
  }

  /** `bytes`: the same as `body`, one character for each; null if nobody has made that. */
  #form(body: Buffer, contentType: ContentType, bytes: string | null): RecordedBody {
    if (this.#mode === 'text') return text(this.#decoding.lossy(body, contentType.charset));
    if (contentType.kind === 'binary') return base64(body);
    if (contentType.kind !== 'text') {
      const json = this.#json(body, contentType, bytes);
      if (json !== null) return { kind: 'json', text: json };
    }
    const decoded = this.#decoding.strict(body, contentType.charset);
    return decoded === null ? base64(body) : text(decoded);
  }

  #json(body: Buffer, contentType: ContentType, bytes: string | null): string | null {
    const scan = this.#scan;
    if (scan.accepts(body)) {
      const received = scan.isAscii ? (bytes ?? body.toString('latin1')) : this.#decoding.strict(body, null);
      if (received !== null) return scan.isOneLine ? received : received.replace(lineBreaks, '');
    }
    // JSON is UTF-8 whatever its charset parameter says (RFC 8259, 8.1 and 11); but servers that
    // really send something else do exist, so the parameter has the second word.
    const received = oneLineJson(this.#decoding.strict(body, null));
    if (received !== null || contentType.charset === null) return received;
    return oneLineJson(this.#decoding.strict(body, contentType.charset));
  }
}

function oneLineJson(received: string | null): string | null {
  if (received === null) return null;
  try {
    JSON.parse(received);
  } catch {
    return null;
  }
  return anyLineBreak.test(received) ? received.replace(lineBreaks, '') : received;
}

function text(decoded: string): RecordedBody {
  return { kind: 'text', text: decoded };
}

function base64(body: Buffer): RecordedBody {
  return { kind: 'base64', text: body.toString('base64') };
}

function hashed(body: Buffer): RecordedBody {
  return { kind: 'hash', hash: 'sha256:' + hash('sha256', body), bytes: body.length };
}
