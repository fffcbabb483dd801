// A session with servers: what its requests have in common, and the connections, cookies and limits that they share. The public
// face; the way of a request is in session/.
//
// Invariant: the session does not refer to the client, but for what is on its way, so that a dropped client can be found.

import { shownAs } from '../concurrency/scopes/shown-as.ts';
import type { CookieJar } from '../http/cookies/cookie-jar.ts';
import type { ClientOptions, RequestOptions } from './client-options.ts';
import type { ClientResponse } from './response/client-response.ts';
import { ResponsePromise } from './response/response-promise.ts';
import { closedInTime, watchForLeak } from './leaked-clients.ts';
import { throwingInCode } from '../http/in-code.ts';
import { resolveClientOptions } from './session/resolve-client-options.ts';
import { Session } from './session/session.ts';
import type { ClientStatistics } from './session/session.ts';
import type { StreamedResponse } from './response/streamed-response.ts';

/**
 * Sends requests that have something in common: a base URL, headers, cookies, credentials, limits, connections that are kept.
 *
 * An answer of any status is an answer, unless `raiseForStatus` says otherwise. What rejects is a `TransportError` (no whole answer
 * came), a `ResponseError` (`raiseForStatus`, redirects that lead nowhere), a `UsageError` or `RecordError` (the request cannot
 * be sent as it is), a `DeadlineError` (`totalTimeoutMs`), the reason of the `signal`, what a hook threw; all of ours have a `code`.
 *
 * @throws UsageError for options that cannot be used, RecordError for headers
 * @example
 * import { Client } from 'manyfetch';
 *
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080', headers: { 'x-team': 'blue' }, retries: 2 });
 * const response = await client.get('/echo', { params: { page: 2, tag: ['a', 'b'] } });
 * const { query, headers } = await response.json<{ query: object; headers: Record<string, string> }>();
 * console.log(response.status, query, headers['x-team']); // prints 200 { page: '2', tag: [ 'a', 'b' ] } blue
 * console.log(await client.get('/hello/Ada').json()); // prints { hello: 'Ada', message: 'Hello, Ada!' }
 */
export class Client implements AsyncDisposable {
  readonly #session: Session;

  /** Nothing is connected before the first request. */
  constructor(options: ClientOptions = {}) {
    this.#session = new Session(throwingInCode(() => resolveClientOptions(options)));
    watchForLeak(this, this.#session);
  }

  /** GET: the answer as a whole, or with `.json()`, `.text()`, `.bytes()` its body. As all verbs it rejects as the class says. */
  get(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('GET', url, options);
  }

  /** HEAD: the head of the answer; its body is empty. */
  head(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('HEAD', url, options);
  }

  /** POST, with a body as the options say. */
  post(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('POST', url, options);
  }

  /** PUT. */
  put(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('PUT', url, options);
  }

  /** PATCH. */
  patch(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('PATCH', url, options);
  }

  /** DELETE. */
  delete(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('DELETE', url, options);
  }

  /** OPTIONS. */
  options(url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole('OPTIONS', url, options);
  }

  /** Any other method. The body of the answer is read as a whole. */
  request(method: string, url: string | URL, options?: RequestOptions): ResponsePromise {
    return this.#whole(method, url, options);
  }

  /**
   * Resolves when the head of the answer is there; its body is read as it comes, and only as fast as it is read.
   *
   * @example
   * import { Client } from 'manyfetch';
   *
   * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080' });
   * await using response = await client.stream('GET', '/drip/3?ms=1');
   * for await (const line of response.lines()) console.log(line); // prints ...
   */
  stream(method: string, url: string | URL, options: RequestOptions = {}): Promise<StreamedResponse> {
    return this.#session.request(method, url, options, true, this) as Promise<StreamedResponse>;
  }

  /** The jar of the client; null: it has none. */
  get cookies(): CookieJar | null {
    return this.#session.jar();
  }

  /** Counts, for displays and tests. */
  statistics(): ClientStatistics {
    return this.#session.statistics();
  }

  /**
   * Ends what is on its way (it rejects with code `client_closed`), closes the connections, and waits until that is done. A
   * transport that was given to the client stays open.
   */
  close(): Promise<void> {
    closedInTime(this.#session);
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #whole(method: string, url: string | URL, options: RequestOptions = {}): ResponsePromise {
    return ResponsePromise.of(this.#session.request(method, url, options, false, this) as Promise<ClientResponse>);
  }
}

shownAs(Client, 'Client', (client) => client.statistics());
