// What both kinds of answers have in common: the facts of the head, and how bytes become text and JSON.

import type { HttpVersion } from '../../http/transport.ts';
import { ContentTypes } from '../../output/content-type.ts';
import { TextDecoding } from '../../output/decode-text.ts';
import type { AnyResponse } from './any-response.ts';
import { ResponseError } from './response-error.ts';
import { ResponseHeaders } from './response-headers.ts';
import type { Timings } from './timings.ts';

/** An answer as the call hands it over. */
export interface ResponseFacts {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: HttpVersion;
  /** name, value, name, value; names in lower case. */
  readonly section: readonly string[];
  readonly method: string;
  readonly url: string;
  /** The URL without credentials, for messages. */
  readonly shownUrl: string;
  readonly history: readonly AnyResponse[];
  readonly attempts: number;
  timings(): Timings;
}

const contentTypes = new ContentTypes();
const decoding = new TextDecoding();

/** The head of an answer. */
export abstract class ResponseHead implements AnyResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: HttpVersion;
  readonly method: string;
  readonly url: string;
  readonly history: readonly AnyResponse[];
  readonly attempts: number;
  readonly #facts: ResponseFacts;
  #headers: ResponseHeaders | null = null;

  /** Made by a client. */
  constructor(facts: ResponseFacts) {
    this.status = facts.status;
    this.statusText = facts.statusText;
    this.httpVersion = facts.httpVersion;
    this.method = facts.method;
    this.url = facts.url;
    this.history = facts.history;
    this.attempts = facts.attempts;
    this.#facts = facts;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get headers(): ResponseHeaders {
    this.#headers ??= new ResponseHeaders(this.#facts.section);
    return this.#headers;
  }

  get timings(): Timings {
    return this.#facts.timings();
  }

  /** What the answer says of its text; null: nothing. */
  protected get charset(): string | null {
    return contentTypes.of(this.#facts.section).charset;
  }

  /** The whole body, decoded. Whoever gets it does not change it. */
  protected abstract whole(): Promise<Buffer>;

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.whole());
  }

  async text(): Promise<string> {
    return this.#textOf(await this.whole());
  }

  async json<T = unknown>(): Promise<T> {
    const body = await this.whole();
    // JSON is UTF-8 whatever its charset parameter says (RFC 8259, 8.1 and 11), if it is valid as such.
    const text = decoding.strict(body, null) ?? this.#textOf(body);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const what = text === '' ? 'it is empty' : (cause as Error).message;
      throw new SyntaxError(`the answer of ${this.method} ${this.#facts.shownUrl} is not JSON: ${what}`, { cause });
    }
  }

  /** What logs show of it, also as part of an error: no header, no body, and the URL without credentials in its query. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { status, method, history, attempts } = this;
    return { status, method, url: this.#facts.shownUrl, history, attempts };
  }

  raiseForStatus(): this {
    if (this.status < 400) return this;
    throw new ResponseError('http_status', `${this.method} ${this.#facts.shownUrl} was answered ${this.status}`, this);
  }

  #textOf(body: Buffer): string {
    return decoding.lossy(body, this.charset);
  }
}
