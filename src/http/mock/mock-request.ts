// A request as a mock or a recording sees it: whole, its body read. Plain facts, made by the transport.

import { allHeaders } from '../request.ts';
import type { HttpRequest } from '../request.ts';

/** A request that was given to a mock. */
export class MockRequest {
  readonly method: string;
  readonly url: string;
  /** Without the query, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Empty if it has none. */
  readonly body: Uint8Array;
  /** What stands for `:name` in the route that was taken. */
  readonly params: Readonly<Record<string, string>>;

  constructor(request: HttpRequest, body: Uint8Array, params: Readonly<Record<string, string>> = {}) {
    const mark = request.path.indexOf('?');
    this.method = request.method;
    this.url = request.origin + request.path;
    this.path = mark === -1 ? request.path : request.path.slice(0, mark);
    this.query = new URLSearchParams(mark === -1 ? '' : request.path.slice(mark));
    this.headers = new Headers(pairsOf(allHeaders(request)));
    this.body = body;
    this.params = params;
  }

  /** The body as UTF-8. */
  text(): string {
    return Buffer.from(this.body).toString();
  }

  /** The body as JSON. @throws SyntaxError */
  json(): unknown {
    return JSON.parse(this.text());
  }
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : []));
}
