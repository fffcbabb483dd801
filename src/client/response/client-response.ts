// An answer that is here as a whole. Reading its body waits for nothing and can be repeated; it holds no connection.

import { shownAs } from '../../concurrency/scopes/shown-as.ts';
import { ResponseHead } from './response-head.ts';
import type { ResponseFacts } from './response-head.ts';

/**
 * What `client.get` and its like resolve with.
 *
 * @example
 * import { Client } from 'manyfetch';
 *
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080' });
 * const response = await client.post('/echo', { json: { name: 'Ada' } });
 * const { body } = await response.json<{ body: { name: string } }>();
 * console.log(response.status, response.headers.get('content-type'), body.name); // prints 200 application/json Ada
 */
export class ClientResponse extends ResponseHead {
  readonly #body: Buffer;

  /** Made by a client. @param body content encodings undone */
  constructor(facts: ResponseFacts, body: Buffer) {
    super(facts);
    this.#body = body;
  }

  protected override async whole(): Promise<Buffer> {
    return this.#body;
  }
}

shownAs(ClientResponse, 'ClientResponse', (response) => response.toJSON());
