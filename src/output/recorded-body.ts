// Decides in which form a body is recorded: as JSON, as text, as base64, as a hash, as the name of a
// file, or not at all. How that form is written is the business of the formats.
//
// Invariant: what is recorded as `json` is what was received, digit for digit, without the line breaks.

import { constants } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Answer } from '../http/result.ts';
import { ContentTypes } from './content-type.ts';
import type { ContentType } from './content-type.ts';
import { TextDecoding } from './decode-text.ts';

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

// In valid JSON a raw line break stands between tokens, and so does the white space after it.
const lineBreaks = /[\r\n][\t\r\n ]*/g;
const anyLineBreak = /[\r\n]/;

/** Brings bodies into the form that one run records. */
export class BodyRecorder {
  readonly #mode: BodyMode;
  readonly #contentTypes = new ContentTypes();
  readonly #decoding = new TextDecoding();

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

  #whole(answer: Answer): RecordedBody {
    if (this.#mode === 'base64') return base64(answer.body);
    const contentType = this.#contentTypes.of(answer.headers);
    if (this.#mode === 'text') return text(this.#decoding.lossy(answer.body, contentType.charset));
    if (contentType.kind === 'binary') return base64(answer.body);
    if (contentType.kind !== 'text') {
      const json = this.#json(answer.body, contentType);
      if (json !== null) return { kind: 'json', text: json };
    }
    const decoded = this.#decoding.strict(answer.body, contentType.charset);
    return decoded === null ? base64(answer.body) : text(decoded);
  }

  #json(body: Buffer, contentType: ContentType): string | null {
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
