// What became of one item, as a caller sees it: plain facts, and the answer's body to be read as bytes,
// text or JSON. The body is here already and decoded; reading it waits for nothing and can be repeated.
// Invariant: what `result` says decides which of `status` and `error` are there.

import type { ResultError as SettledError, Result as SettledResult } from '../http/result.ts';
import { ContentTypes } from '../output/content-type.ts';
import { TextDecoding } from '../output/decode-text.ts';
import { textInCode } from '../http/in-code.ts';
import { ResponseHeaders } from './response/response-headers.ts';

/** Why an item is not ok. */
export interface ResultError extends SettledError {
  /** With `callback_error`: what the callback threw. */
  readonly cause?: unknown;
}

/** What all results tell. Times are milliseconds. */
interface ResultFacts {
  /** 0-based ordinal of the item in its source, or of the record in the input. */
  readonly index: number;
  /** The `id` of the item, as text. */
  readonly id: string | null;
  /** Attempts made; redirects followed do not count. 0: nothing was sent. */
  readonly attempts: number;
  /** What the last attempt took; null if there was none. */
  readonly ms: number | null;
  /** What it waited for permits, rates and retries. */
  readonly waitMs: number;
  /** When it was settled: milliseconds since the epoch. */
  readonly atMs: number;
  /** Null if no request could be made of the item. */
  readonly method: string | null;
  /** Without user info. Null if no request could be made of the item. */
  readonly url: string | null;
  /** Where redirects led, if they led anywhere. */
  readonly finalUrl: string | null;
  /** Headers of the answer; empty if none came. */
  readonly headers: ResponseHeaders;
  /** The body of the answer, content encodings undone; empty if none came. */
  bytes(): Promise<Uint8Array>;
  /** The body as text, by its byte order mark or charset, else as UTF-8; what is not valid becomes U+FFFD. */
  text(): Promise<string>;
  /** The body as JSON. Rejects with a SyntaxError if it is none. Integers above 2^53 lose digits: `text()` has them. */
  json<T = unknown>(): Promise<T>;
}

/** What a result of `fetchMany` carries besides; both are undefined in a batch. */
interface Carried<Item, Value> {
  /** What the source gave: the same object. */
  readonly item: Item;
  /** Of an ok result what `parse` made of it, of another what `onError` gave for it. */
  readonly value: Value;
}

/** The answer was a success. */
export interface OkResult<Item = unknown, Value = unknown> extends ResultFacts, Carried<Item, Value> {
  readonly result: 'ok';
  readonly status: number;
  readonly error: null;
}

/** It is known not to have succeeded. */
export interface FailedResult<Item = unknown, Value = unknown> extends ResultFacts, Carried<Item, Value> {
  readonly result: 'failed';
  /** Of the last answer; null if none came. */
  readonly status: number | null;
  readonly error: ResultError;
}

/** With `delivery: 'at-most-once'`: it may have been carried out, and nobody can tell. */
export interface UnknownResult<Item = unknown, Value = unknown> extends ResultFacts, Carried<Item, Value> {
  readonly result: 'unknown';
  readonly status: null;
  readonly error: ResultError;
}

/** The map module of a batch left the record out: nothing was sent, and that is `ok`. */
export interface SkippedResult extends ResultFacts, Carried<undefined, undefined> {
  readonly result: 'ok';
  readonly status: null;
  readonly error: null;
}

/** What became of an item that is not ok. `Fallback`: what `onError` gives. */
export type NotOkResult<Item = unknown, Fallback = unknown> =
  | FailedResult<Item, Fallback>
  | UnknownResult<Item, Fallback>;

/** What became of one item. `Item`: what the source gives; `Value` and `Fallback`: what `parse` and `onError` make of it. */
export type Result<Item = unknown, Value = unknown, Fallback = unknown> =
  | OkResult<Item, Value>
  | NotOkResult<Item, Fallback>;

/** What became of one record of a batch. */
export type BatchResult = Result<undefined, undefined, undefined> | SkippedResult;

const contentTypes = new ContentTypes();
const decoding = new TextDecoding();
const nothing = Buffer.alloc(0);
const noHeaders: readonly string[] = [];

function inCode(error: ResultError): ResultError {
  const message = textInCode(error.message);
  return message === error.message ? error : { ...error, message };
}

/** The one class of results. Those who are given one see it as a `Result`. */
export class ReadableResult implements ResultFacts, Carried<unknown, unknown> {
  readonly index: number;
  readonly id: string | null;
  readonly result: SettledResult['result'];
  readonly status: number | null;
  readonly attempts: number;
  readonly ms: number | null;
  readonly waitMs: number;
  readonly atMs: number;
  readonly method: string | null;
  readonly url: string | null;
  readonly finalUrl: string | null;
  readonly error: ResultError | null;
  readonly item: unknown;
  /** To be written once, before the caller is given the result. */
  value: unknown = undefined;
  readonly #settled: SettledResult;
  #headers: ResponseHeaders | null = null;

  constructor(settled: SettledResult, item?: unknown) {
    this.index = settled.index;
    this.id = settled.id;
    this.result = settled.result;
    this.status = settled.answer?.status ?? null;
    this.attempts = settled.attempts;
    this.ms = settled.ms;
    this.waitMs = settled.waitMs;
    this.atMs = settled.atMs;
    this.method = settled.method;
    this.url = settled.url;
    this.finalUrl = settled.finalUrl;
    this.error = settled.result === 'ok' ? null : inCode(settled.error);
    this.item = item;
    this.#settled = settled;
  }

  /** How much memory its body holds. */
  static bytesOf(result: ReadableResult): number {
    return result.#body.length;
  }

  /** The same with another end: a callback of the caller's threw. */
  static failedBy(result: ReadableResult, error: ResultError): ReadableResult {
    return new ReadableResult({ ...result.#settled, result: 'failed', error }, result.item);
  }

  get #section(): readonly string[] {
    return this.#settled.answer?.headers ?? noHeaders;
  }

  get #body(): Buffer {
    return this.#settled.answer?.body ?? nothing;
  }

  get headers(): ResponseHeaders {
    this.#headers ??= new ResponseHeaders(this.#section);
    return this.#headers;
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(this.#body);
  }

  async text(): Promise<string> {
    return decoding.lossy(this.#body, contentTypes.of(this.#section).charset);
  }

  async json<T = unknown>(): Promise<T> {
    // JSON is UTF-8 whatever its charset parameter says (RFC 8259, 8.1 and 11), if it is valid as such.
    const text = decoding.strict(this.#body, null) ?? (await this.text());
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const what = text === '' ? 'it is empty' : (cause as Error).message;
      throw new SyntaxError(`the answer of ${this.method} ${this.url} is not JSON: ${what}`, { cause });
    }
  }
}

/** A result as a caller sees it. */
export function batchResult(settled: SettledResult): BatchResult {
  // The class has the fields that each `result` promises; only a union can say which belong together.
  return new ReadableResult(settled) as ResultFacts as BatchResult;
}
