// What a mock answers, as its user writes it, and as it goes out: a head and pieces of bytes.

import type { ErrorCode } from '../../errors.ts';
import type { MockRequest } from './mock-request.ts';

type Bytes = string | Uint8Array;

/** An answer. Give one of `json`, `text` and `body`, or none. */
export interface MockAnswer {
  /** @default 200 */
  readonly status?: number | undefined;
  /** A list makes a header of each value. `content-type` and `content-length` are set where they are not given. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly json?: unknown;
  readonly text?: string | undefined;
  /** Bytes, or pieces of them, taken as fast as they are read. What it throws cuts the body there. */
  readonly body?: Bytes | Iterable<Bytes> | AsyncIterable<Bytes> | undefined;
  /** Until the head comes, on the mock's clock, in milliseconds. Infinity: it never comes. @default 0 */
  readonly delayMs?: number | undefined;
  /** The error that it ends with: at once, or after what is given of a status, headers and a body. */
  readonly error?: ErrorCode | undefined;
  /** Statuses of interim answers, before the head. */
  readonly interim?: readonly number[] | undefined;
  /** Headers behind the body. */
  readonly trailers?: Readonly<Record<string, string>> | undefined;
}

/** Makes the answer to one request; null: it has none. What it throws is the `cause` of the error that the request ends with. */
export type MockHandler = (
  request: MockRequest,
) => MockAnswer | null | undefined | Promise<MockAnswer | null | undefined>;

/** A piece is no larger than what a read of a socket brings, so that a paused reader is heard. */
const pieceBytes = 64 * 1024;

/** The header section: name, value, name, value; names in lower case. */
export function headersOf(answer: MockAnswer): string[] {
  const section: string[] = [];
  for (const [name, given] of Object.entries(answer.headers ?? {}))
    for (const value of typeof given === 'string' ? [given] : given) section.push(name.toLowerCase(), value);
  const has = (wanted: string): boolean => section.some((name, at) => at % 2 === 0 && name === wanted);
  const type = typeOf(answer);
  if (type !== null && !has('content-type')) section.push('content-type', type);
  const whole = wholeBody(answer);
  if (whole !== null && !has('content-length') && !has('transfer-encoding'))
    section.push('content-length', String(whole.length));
  return section;
}

/** The body in pieces. */
export function piecesOf(answer: MockAnswer): Iterable<Bytes> | AsyncIterable<Bytes> {
  const whole = wholeBody(answer);
  return whole === null ? (answer.body as Iterable<Bytes> | AsyncIterable<Bytes>) : cut(whole);
}

/** Whether there is anything to come before its error. */
export function hasHead({ error, status, headers, json, text, body }: MockAnswer): boolean {
  return error === undefined || [status, headers, json, text, body].some((given) => given !== undefined);
}

function typeOf({ json, text }: MockAnswer): string | null {
  if (json !== undefined) return 'application/json';
  return text === undefined ? null : 'text/plain; charset=utf-8';
}

/** Null: it is a stream. */
function wholeBody({ json, text, body }: MockAnswer): Buffer | null {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  const bytes = text ?? body ?? '';
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return bytes instanceof Uint8Array ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : null;
}

function* cut(whole: Buffer): Generator<Buffer, void, undefined> {
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}
