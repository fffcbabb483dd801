// A transport that gives recorded answers again, for tests without a network and for looking into what happened. What
// it has no recording of is an error: it never sends anything.
//
// Invariant: an answer is given as it was recorded, byte for byte, but for encodings and lengths, which are undone.

import { ManyfetchError, errorCodes } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Har } from '../har/har.ts';
import { maskBody, maskUrl } from '../har/mask-exchange.ts';
import { readHar } from '../har/read-har.ts';
import type { ReadEntry } from '../har/read-har.ts';
import type { HttpRequest } from '../request.ts';
import type { MockAnswer } from './mock-answer.ts';
import { MockRequest } from './mock-request.ts';
import { MockTransport } from './mock-transport.ts';
import type { MockOptions } from './mock-transport.ts';
import { nearestText } from './nearest-text.ts';

/** A recorded request, for a `match` of one's own. Credentials are `***`. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** Null: it has none, or it was not recorded. */
  readonly body: Uint8Array | null;
}

/** How a recording is replayed. */
export interface ReplayOptions extends MockOptions {
  /** Whether a recorded request is the one that was asked. @default same method and URL, and same body if one was recorded */
  readonly match?: ((request: MockRequest, recorded: RecordedRequest) => boolean) | undefined;
  /** When the last recorded answer to a request has been given, it is given again. @default false */
  readonly repeat?: boolean | undefined;
}

/**
 * A transport that answers from a recording: of `HarRecorder`, or a HAR file as browsers and proxies save them. Answers to
 * the same request are given in the order of the recording, each once. What is not in it ends with an error of code
 * `mock_failed` that names the nearest request that is. Credentials are compared as they were recorded: masked.
 *
 * @param har what a HAR file holds, or the path of one, which is read before this returns
 * @throws UsageError `no_such_file`, `unreadable`, `bad_input`
 * @example
 * import { Client, replayTransport } from 'manyfetch';
 *
 * const request = { method: 'GET', url: 'http://api.test/orders/7' };
 * const response = { status: 200, content: { mimeType: 'application/json', text: '{"id":7}' } };
 * const transport = replayTransport({ log: { entries: [{ request, response }] } });
 * await using client = new Client({ transport });
 * console.log(await client.get('http://api.test/orders/7').json()); // prints { id: 7 }
 */
export function replayTransport(har: Har | string | object, options: ReplayOptions = {}): MockTransport {
  const recording = new Recording(readHar(har), options);
  return new MockTransport((request, body, seen) => {
    const call = new MockRequest(request, body);
    seen(call);
    return Promise.resolve(recording.answer(call, request));
  }, options);
}

interface Recorded {
  readonly entry: ReadEntry;
  readonly request: RecordedRequest;
  /** Method, and the URL without credentials. */
  readonly key: string;
  /** The body as it is compared; null: any will do. */
  readonly body: string | null;
  given: boolean;
}

class Recording {
  readonly #entries: readonly Recorded[];
  readonly #byKey: ReadonlyMap<string, readonly Recorded[]>;
  readonly #match: ReplayOptions['match'];
  readonly #repeat: boolean;

  constructor(entries: readonly ReadEntry[], { match, repeat = false }: ReplayOptions) {
    this.#entries = entries.map(recordedOf);
    this.#byKey = Map.groupBy(this.#entries, ({ key }) => key);
    this.#match = match;
    this.#repeat = repeat;
  }

  answer(call: MockRequest, { shownUrl }: HttpRequest): MockAnswer {
    const match = this.#match;
    const key = keyOf(call.method, call.url);
    const body = comparable(call.body, call.headers.get('content-type'));
    const fitting =
      match === undefined
        ? (this.#byKey.get(key) ?? []).filter((recorded) => recorded.body === null || recorded.body === body)
        : this.#entries.filter(({ request }) => match(call, request));
    const next = fitting.find(({ given }) => !given) ?? (this.#repeat ? fitting.at(-1) : undefined);
    if (next === undefined) throw this.#missing(`${call.method} ${shownUrl}`, key, fitting.length);
    next.given = true;
    return answerOf(next.entry);
  }

  #missing(shown: string, key: string, given: number): ManyfetchError {
    if (given > 0) {
      const times = given === 1 ? 'its one answer' : `its ${given} answers`;
      const hint = 'Set repeat: true to be given the last one again.';
      return new ManyfetchError('mock_failed', `the recording has given ${times} to ${shown}`, { hint });
    }
    const message = `the recording has no answer for ${shown}`;
    if (this.#match === undefined && this.#byKey.has(key)) {
      const hint = 'It has the request with another body.';
      return new ManyfetchError('mock_failed', message, { hint });
    }
    const nearest = nearestText(this.#byKey.keys(), () => key);
    const hint = nearest === null ? 'It is empty.' : `The nearest that it has is ${nearest}.`;
    return new ManyfetchError('mock_failed', message, { hint });
  }
}

function recordedOf(entry: ReadEntry): Recorded {
  const { method, url, post } = entry;
  const body = post === null ? null : Buffer.from(post.text, post.isBase64 ? 'base64' : 'utf8');
  return {
    entry,
    request: { method, url, body },
    key: keyOf(method, url),
    body: body === null ? null : comparable(body, post?.mimeType ?? null),
    given: false,
  };
}

function keyOf(method: string, url: string): string {
  return `${method} ${maskUrl(new URL(url).href)}`;
}

/** The body without credentials, and without a boundary that is another one each time. */
function comparable(body: Uint8Array, contentType: string | null): string {
  const masked = maskBody(Buffer.from(body).toString('latin1'), contentType);
  const boundary = /boundary="?([^";\s]+)/i.exec(contentType ?? '')?.[1];
  return boundary === undefined ? masked : masked.replaceAll(boundary, 'boundary');
}

function answerOf(entry: ReadEntry): MockAnswer {
  const { status, error, headers, body } = entry;
  const failed = error === null ? {} : { error: codeOf(error) };
  if (status === 0) return { error: failed.error ?? 'connection_closed' };
  const isBodiless = entry.method === 'HEAD' || status === 204 || (status >= 300 && status < 400);
  if (entry.isBodyLost && !isBodiless && error === null) {
    const message = `the recording has not kept the body of ${keyOf(entry.method, entry.url)}`;
    const hint =
      'Record with a larger maxBodyBytes, whole answers and not streams; of a browser, save the HAR with contents.';
    throw new ManyfetchError('mock_failed', message, { hint });
  }
  const bytes = body === null ? new Uint8Array() : Buffer.from(body.text, body.isBase64 ? 'base64' : 'utf8');
  return { status, headers: headersAgain(headers, entry.mimeType, body?.isBase64 === false), body: bytes, ...failed };
}

/** A failure in the words of a browser (`net::ERR_…`) is a connection that ended. */
function codeOf(error: string): ErrorCode {
  return Object.hasOwn(errorCodes, error) ? (error as ErrorCode) : 'connection_closed';
}

const ofTheSending = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/** The headers that still hold: the body stands in the recording decoded, and texts do in UTF-8. */
function headersAgain(recorded: ReadEntry['headers'], mimeType: string, isText: boolean): Record<string, string[]> {
  // A recording may come from anywhere: no name means anything but itself.
  const headers = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of recorded) {
    const lower = name.toLowerCase();
    // Fields of HTTP/2 that are no headers.
    if (lower.startsWith(':') || ofTheSending.has(lower)) continue;
    // Chrome has several cookies in one header, each on its line.
    (headers[lower] ??= []).push(...value.split(/\r?\n/));
  }
  if (headers['content-type'] === undefined && mimeType !== '' && mimeType !== 'x-unknown')
    headers['content-type'] = [mimeType];
  if (isText)
    headers['content-type'] = (headers['content-type'] ?? []).map((type) =>
      type.replace(/(;\s*charset=)("[^"]*"|[^;\s]+)/i, '$1utf-8'),
    );
  return headers;
}
