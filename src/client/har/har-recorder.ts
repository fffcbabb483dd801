// Records exchanges as HAR 1.2, for browsers and other tools to look at and for `replayTransport` to give again. It
// knows no client and no transport.
//
// Invariants: no credential that can be told by its name is kept; what is kept is bounded.

import { shownAs } from '../../concurrency/scopes/shown-as.ts';
import { isUtf8 } from 'node:buffer';
import { badValue } from '../../concurrency/bad-value.ts';
import type { Har, HarContent, HarEntry, HarField, HarPostData, HarTimings } from '../../http/har/har.ts';
import { usualReason } from '../../http/usual-reason.ts';
import { maskBody, maskHeader, maskUrl } from '../../http/har/mask-exchange.ts';
import { userAgent } from '../../plan/user-agent.ts';
import type { Timings } from '../response/timings.ts';
import type { RecordedExchange } from './recorded-exchange.ts';
import { saveHar } from './save-har.ts';

/** What a recorder keeps. */
export interface HarRecorderOptions {
  /** A larger body is not kept; its entry says so. @default 1 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Beyond these the oldest are dropped. @default 10000 */
  readonly maxEntries?: number | undefined;
}

/** Counts of a recorder. */
export interface HarRecorderStatistics {
  readonly entries: number;
  /** Dropped, since there were more than `maxEntries`. */
  readonly dropped: number;
}

/**
 * Records what a client sends and gets, as HAR 1.2: what the network pages of browsers show and save. Values of headers,
 * cookies, parameters and fields that have the name of a credential become `***`; other parts of bodies are kept as they are.
 *
 * @throws UsageError for an option that cannot be used
 * @example
 * import { Client, HarRecorder } from 'manyfetch';
 *
 * const har = new HarRecorder();
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080', har });
 * await client.get('/status/204');
 * console.log(har.har.log.entries[0]?.response.status); // prints 204
 */
export class HarRecorder {
  readonly #maxBodyBytes: number;
  readonly #maxEntries: number;
  readonly #entries: HarEntry[] = [];
  #dropped = 0;

  constructor(options: HarRecorderOptions = {}) {
    this.#maxBodyBytes = wholeNumber('`maxBodyBytes`', options.maxBodyBytes ?? 1024 * 1024, 0);
    this.#maxEntries = wholeNumber('`maxEntries`', options.maxEntries ?? 10_000, 1);
  }

  /** What was recorded so far, the first sent first. */
  get har(): Har {
    const entries = this.#entries.toSorted((left, right) =>
      left.startedDateTime < right.startedDateTime ? -1 : Number(left.startedDateTime > right.startedDateTime),
    );
    const [name = '', version = ''] = userAgent.split('/');
    const comment = this.#dropped === 0 ? {} : { comment: `${this.#dropped} older entries were dropped` };
    return { log: { version: '1.2', creator: { name, version }, entries, ...comment } };
  }

  /** Told by a client of each exchange that has ended. */
  record(exchange: RecordedExchange): void {
    this.#entries.push(entryOf(exchange, this.#maxBodyBytes));
    if (this.#entries.length <= this.#maxEntries) return;
    this.#entries.shift();
    this.#dropped++;
  }

  /**
   * Writes what was recorded to a file that only its owner may read, wholly or not at all.
   *
   * @throws DiskError
   */
  save(path: string): Promise<void> {
    return saveHar(this.har, path);
  }

  statistics(): HarRecorderStatistics {
    return { entries: this.#entries.length, dropped: this.#dropped };
  }
}

function wholeNumber(name: string, value: number, least: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw badValue(name, `a whole number from ${least} up`, value);
}

function entryOf({ startedAtMs, request, response, error, timings }: RecordedExchange, maxBodyBytes: number): HarEntry {
  const url = maskUrl(request.url);
  const answered = response?.headers ?? [];
  const post = request.body === null ? {} : { postData: postData(request.body, request.headers, maxBodyBytes) };
  const httpVersion = response?.httpVersion === undefined ? '' : `HTTP/${response.httpVersion}`;
  const times = harTimings(timings, response !== null);
  return {
    startedDateTime: new Date(startedAtMs).toISOString(),
    time: [times.blocked, times.dns, times.connect, times.wait, times.receive].reduce(
      (sum, ms) => sum + Math.max(0, ms),
      0,
    ),
    request: {
      method: request.method,
      url,
      httpVersion,
      cookies: cookies(valuesOf(request.headers, 'cookie').flatMap((value) => value.split(';'))),
      headers: fields(request.headers),
      queryString: queryOf(url),
      ...post,
      headersSize: -1,
      bodySize: request.body === null ? 0 : Buffer.byteLength(request.body),
    },
    response: {
      status: response?.status ?? 0,
      statusText: response?.statusText || usualReason(response?.status ?? 0),
      httpVersion,
      cookies: cookies(valuesOf(answered, 'set-cookie')),
      headers: fields(answered),
      content: contentOf(response?.body ?? null, answered, maxBodyBytes),
      redirectURL: maskUrl(valuesOf(answered, 'location')[0] ?? ''),
      headersSize: -1,
      bodySize: response?.bodyBytes ?? -1,
    },
    cache: {},
    timings: times,
    ...(error === null ? {} : { _error: error.code }),
  };
}

function valuesOf(headers: readonly string[], wanted: string): string[] {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === wanted);
}

function fields(headers: readonly string[]): HarField[] {
  const list: HarField[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    list.push({ name, value: maskHeader(name, headers[at + 1] ?? '') });
  }
  return list;
}

function cookies(pairs: readonly string[]): HarField[] {
  return pairs.map((pair) => ({ name: /^[^=;]*(?==)/.exec(pair)?.[0].trim() ?? '', value: '***' }));
}

function queryOf(url: string): HarField[] {
  const start = url.indexOf('?');
  return start === -1 ? [] : Array.from(new URLSearchParams(url.slice(start)), ([name, value]) => ({ name, value }));
}

function postData(body: Uint8Array | string, headers: readonly string[], maxBodyBytes: number): HarPostData {
  const mimeType = valuesOf(headers, 'content-type')[0] ?? '';
  const bytes = Buffer.from(body);
  if (bytes.length > maxBodyBytes) return { mimeType, comment: notKept(bytes.length) };
  if (!isUtf8(bytes)) return { mimeType, text: bytes.toString('base64'), _encoding: 'base64' };
  return { mimeType, text: maskBody(bytes.toString(), mimeType) };
}

function contentOf(body: Uint8Array | null, headers: readonly string[], maxBodyBytes: number): HarContent {
  const mimeType = valuesOf(headers, 'content-type')[0] ?? '';
  if (body === null) return { size: -1, mimeType };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const size = bytes.length;
  if (size > maxBodyBytes) return { size, mimeType, comment: notKept(size) };
  // In another charset the same text would be other bytes.
  const charset = /;\s*charset="?([^";\s]+)/i.exec(mimeType)?.[1]?.toLowerCase() ?? 'utf-8';
  if ((charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') && isUtf8(bytes))
    return { size, mimeType, text: maskBody(bytes.toString(), mimeType) };
  return { size, mimeType, text: bytes.toString('base64'), encoding: 'base64' };
}

function notKept(bytes: number): string {
  return `a body of ${bytes} bytes, more than maxBodyBytes`;
}

function harTimings(timings: Timings | null, isAnswered: boolean): HarTimings {
  const { queuedMs = null, dnsMs = null, connectMs = null, tlsMs = null } = timings ?? {};
  const connect = connectMs === null && tlsMs === null ? -1 : (connectMs ?? 0) + (tlsMs ?? 0);
  return {
    blocked: queuedMs ?? -1,
    dns: dnsMs ?? -1,
    connect,
    ssl: tlsMs ?? -1,
    send: 0,
    wait: isAnswered ? (timings?.firstByteMs ?? 0) : 0,
    receive: isAnswered ? (timings?.bodyMs ?? 0) : 0,
  };
}

shownAs(HarRecorder, 'HarRecorder', (recorder) => recorder.statistics());
