// An answer that is thrown: its status was no success, and the caller wanted that to be an error; or it redirects further
// than is followed.

import { ManyfetchError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AnyResponse } from './any-response.ts';

/**
 * Thrown by `raiseForStatus` (code `http_status`), and for redirects that cannot be followed (`too_many_redirects`,
 * `bad_redirect`). The answer is in `response`, and can be read.
 *
 * @example
 * import { Client, ResponseError } from 'manyfetch';
 *
 * await using client = new Client({ baseUrl: 'http://127.0.0.1:8080', raiseForStatus: true });
 * try {
 *   await client.get('/status/404');
 * } catch (error) {
 *   if (error instanceof ResponseError) console.log(error.code, error.response.status); // prints http_status 404
 * }
 */
export class ResponseError extends ManyfetchError {
  readonly response: AnyResponse;

  constructor(code: ErrorCode, message: string, response: AnyResponse, hint?: string) {
    super(code, message, hint === undefined ? {} : { hint });
    this.response = response;
  }
}
