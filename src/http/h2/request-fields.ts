// The header section of a request as HTTP/2 has it: a flat list of names and values, pseudo-headers first
// (RFC 9113, 8.3.1). What belongs to a connection of HTTP/1.1 is left out (8.2.2), `host` is `:authority`;
// what may not be sent is refused by the same rules as there.
//
// Requests of a run mostly share their headers: the same list as the last time is not gone through again.

import { ManyfetchError } from '../../errors.ts';
import type { HttpRequest } from '../request.ts';
import { RequestHead, expectBody } from '../wire/request-head.ts';

const ofConnections = new Set(['connection', 'proxy-connection', 'http2-settings']);
/** A larger section would end the whole session: nghttp2 is told this limit, and a margin. */
export const maxSectionBytes = 1_000_000;

export class RequestFields {
  readonly #rules: RequestHead;
  readonly #scheme: string;
  readonly #authority: string;
  #lastHeaders: readonly string[] | null = null;
  /** What follows method and path. */
  #lastFields: readonly string[] = [];

  /** @param origin as `URL.origin` gives it */
  constructor(origin: string) {
    const colon = origin.indexOf(':');
    this.#rules = new RequestHead(origin);
    this.#scheme = origin.slice(0, colon);
    this.#authority = origin.slice(colon + 3);
  }

  /**
   * The list, for `node:http2`.
   * @param length bytes of the body, or `inChunks`; null: there is none
   * @throws ManyfetchError `bad_method`, `bad_url`, `bad_header`
   */
  list(request: HttpRequest, length: number | null): string[] {
    const { method, path, headers, ownHeaders } = request;
    if (this.#rules.text(request, length).length > maxSectionBytes) {
      throw new ManyfetchError('bad_header', 'URL and headers have more than 1 MB together');
    }
    if (headers !== this.#lastHeaders) this.#remember(headers);
    const list = [':method', method, ':path', path, ...this.#lastFields];
    if (ownHeaders !== undefined) add(ownHeaders, list, 7);
    if (length === null ? expectBody.has(method) : length >= 0) list.push('content-length', String(length ?? 0));
    return list;
  }

  #remember(headers: readonly string[]): void {
    const fields = [':scheme', this.#scheme, ':authority', this.#authority];
    add(headers, fields, 3);
    this.#lastFields = fields;
    this.#lastHeaders = headers;
  }
}

function add(headers: readonly string[], fields: string[], authorityAt: number): void {
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase();
    const value = headers[at + 1] ?? '';
    if (ofConnections.has(name) || (name === 'te' && value !== 'trailers')) continue;
    if (name === 'host') fields[authorityAt] = value;
    else fields.push(name, value);
  }
}
