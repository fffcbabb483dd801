// The head of a request of HTTP/1.1 as text, one character a byte (RFC 9112, 3 and 5). What may not be sent
// is refused here, whoever let it through: a line break in a header would be another request.
//
// Requests of a run mostly share their headers, and often their path: what is the same as the last time is not
// written again.

import { ManyfetchError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { HttpRequest } from '../request.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const target = /^(?:\/[\x21-\x7e]*|\*)$/;
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/;
/** What the connection itself decides. */
const ours = new Set(['content-length', 'transfer-encoding', 'upgrade', 'keep-alive']);
/** A body is expected with these, so that its absence is told (RFC 9110, 8.6). */
export const expectBody = new Set(['POST', 'PUT', 'PATCH']);
const maxKnown = 1_000;

/** Length of a body that is sent in chunks. */
export const inChunks = -1;

export class RequestHead {
  readonly #hostLine: string;
  readonly #methods = new Set<string>();
  readonly #names = new Set<string>();
  #lastHeaders: readonly string[] | null = null;
  #lastText = '';
  #lastMethod = '';
  #lastPath = '';
  #lastLine = '';

  /** @param origin as `URL.origin` gives it */
  constructor(origin: string) {
    const host = origin.slice(origin.indexOf('//') + 2);
    this.#hostLine = `host: ${host}\r\n`;
  }

  /**
   * The head, with its empty line.
   * @param length bytes of the body; null: there is none
   * @throws ManyfetchError `bad_method`, `bad_url`, `bad_header`
   */
  text(request: HttpRequest, length: number | null): string {
    const { method, path, headers } = request;
    if (path !== this.#lastPath || method !== this.#lastMethod) this.#writeLine(method, path);
    if (headers !== this.#lastHeaders) this.#write(headers);
    const own = request.ownHeaders === undefined ? '' : this.#fields(request.ownHeaders);
    const start = this.#lastLine + this.#lastText + own;
    if (length === null) return start + (expectBody.has(method) ? 'content-length: 0\r\n\r\n' : '\r\n');
    if (length === inChunks) return start + 'transfer-encoding: chunked\r\n\r\n';
    return start + 'content-length: ' + length + '\r\n\r\n';
  }

  #writeLine(method: string, path: string): void {
    if (!this.#methods.has(method)) this.#admitMethod(method);
    if (!target.test(path)) throw refused('bad_url', `the path ${JSON.stringify(path.slice(0, 100))} cannot be sent`);
    this.#lastLine = method + ' ' + path + ' HTTP/1.1\r\n';
    this.#lastMethod = method;
    this.#lastPath = path;
  }

  #write(headers: readonly string[]): void {
    const text = this.#fields(headers);
    const hasHost = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    this.#lastText = hasHost ? text : this.#hostLine + text;
    this.#lastHeaders = headers;
  }

  #fields(headers: readonly string[]): string {
    let text = '';
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? '';
      const value = headers[at + 1] ?? '';
      if (!this.#names.has(name)) this.#admitName(name);
      if (forbiddenInValue.test(value)) {
        throw refused('bad_header', `the value of ${name} has characters that may not be sent`);
      }
      text += name + ': ' + value + '\r\n';
    }
    return text;
  }

  #admitMethod(method: string): void {
    if (!token.test(method))
      throw refused('bad_method', `the method ${JSON.stringify(method.slice(0, 100))} cannot be sent`);
    if (this.#methods.size < maxKnown) this.#methods.add(method);
  }

  #admitName(name: string): void {
    if (!token.test(name)) throw refused('bad_header', `${JSON.stringify(name.slice(0, 100))} is not a header name`);
    if (ours.has(name.toLowerCase())) throw refused('bad_header', `the header ${name} is set by the connection itself`);
    if (this.#names.size < maxKnown) this.#names.add(name);
  }
}

function refused(code: ErrorCode, message: string): ManyfetchError {
  return new ManyfetchError(code, message);
}
