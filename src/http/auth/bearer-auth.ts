// A token with each request: RFC 6750. Where it comes from a function, it is asked for once, by the first who needs it,
// and again when a server refuses it.
//
// Invariant: however many requests are refused at once, one new token is asked for.

import { UsageError } from '../../errors.ts';
import type { Auth } from './auth.ts';

/** Gives a token. */
export type TokenSource = () => string | Promise<string>;

/**
 * Sends a token with each request (RFC 6750).
 *
 * A function is asked for the token by the first request, and again when an answer is 401; that request is then sent once more.
 * Requests that need the token while it is on its way wait for it. What the function throws fails those that wait, and
 * the next request asks again. For a token that differs from request to request, use a function of your own as `auth`.
 *
 * @throws UsageError (`bad_option`) if the token is empty or cannot stand in a header. It is not shown.
 * @example
 * import { bearerAuth, Client } from 'manyfetch';
 *
 * let asked = 0;
 * await using client = new Client({ auth: bearerAuth(async () => `token-${(asked += 1)}`) });
 * const response = await client.get('http://127.0.0.1:8080/auth/bearer/token-2');
 * console.log(response.status, asked); // prints 200 2
 */
export function bearerAuth(token: string | TokenSource): Auth {
  if (typeof token === 'function') return new AskedToken(token);
  const value = headerOf(token);
  return { authorize: () => value };
}

class AskedToken implements Auth {
  readonly #source: TokenSource;
  #value: string | null = null;
  #coming: Promise<string> | null = null;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  isReady(): boolean {
    return this.#value !== null;
  }

  authorize(): string | Promise<string> {
    return this.#value ?? (this.#coming ??= this.#ask());
  }

  challenged(status: number, _headers: readonly string[], _url: string, sent?: string | null): boolean {
    if (status !== 401) return false;
    // Another request may have been refused the same token, and got a new one since.
    if (sent === undefined || sent === this.#value) this.#value = null;
    return true;
  }

  async #ask(): Promise<string> {
    try {
      // A function that throws at once is told of after this promise is kept, or it would be kept for ever.
      this.#value = headerOf(await (async () => this.#source())());
      return this.#value;
    } finally {
      this.#coming = null;
    }
  }
}

function headerOf(token: unknown): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new UsageError('bad_option', 'the token cannot be sent: it has to be visible ASCII without spaces', {
    hint: 'give the token alone, without `Bearer`, and without the end of the line that it was read from',
  });
}
