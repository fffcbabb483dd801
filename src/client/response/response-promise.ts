// A promise of an answer whose body can be asked for without waiting for the answer first. It adds nothing to what an answer
// does: `json()` of it is `json()` of the answer.
//
// Invariant: a call that fails is told to who waits for the body, and to nobody besides.

import type { ClientResponse } from './client-response.ts';

/**
 * What `client.get` and its like return: a promise of the answer, that has `json()`, `text()` and `bytes()` of its own. They
 * reject as the call does, and as those of the answer do. Of an answer of any status they give the body: with `raiseForStatus` one from 400
 * up is an error.
 *
 * @example
 * import { Client } from 'manyfetch';
 *
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080', raiseForStatus: true });
 * const { method } = await client.get('/echo').json<{ method: string }>();
 * const response = await client.get('/echo');
 * console.log(method, response.status); // prints GET 200
 * await client.get('/status/404').text().catch((error: Error) => console.log(error.name)); // prints ResponseError
 */
export class ResponsePromise extends Promise<ClientResponse> {
  /** What `then` and its like make is an ordinary promise: what it resolves with need not be an answer. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The same promise, as one of these. Made by a client. */
  static of(answer: Promise<ClientResponse>): ResponsePromise {
    return new ResponsePromise((resolve, reject) => {
      answer.then(resolve, reject);
    });
  }

  /** The body as JSON. Rejects with a SyntaxError if it is none. */
  json<T = unknown>(): Promise<T> {
    return this.then((response) => response.json<T>());
  }

  /** The body as text, by its byte order mark or charset, else as UTF-8; what is not valid becomes U+FFFD. */
  text(): Promise<string> {
    return this.then((response) => response.text());
  }

  /** The body, content encodings undone. */
  bytes(): Promise<Uint8Array> {
    return this.then((response) => response.bytes());
  }
}
