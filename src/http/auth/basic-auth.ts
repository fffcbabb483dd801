// User and password with each request: RFC 7617. They are readable for who reads the request; TLS is what hides them.

import type { Auth } from './auth.ts';
import { checkUser } from './check-user.ts';

/**
 * Sends user and password with each request (RFC 7617), in UTF-8.
 *
 * @throws UsageError (`bad_option`) if the user has a colon, or one of both a control character. Neither is shown.
 * @example
 * import { basicAuth, Client } from 'manyfetch';
 *
 * await using client = new Client({ auth: basicAuth('ada', 'secret') });
 * const response = await client.get('http://127.0.0.1:8080/auth/basic/ada/secret');
 * console.log(response.status); // prints 200
 */
export function basicAuth(user: string, password: string): Auth {
  checkUser(user, password);
  const value = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { authorize: () => value };
}
