// Proof of knowing a password, without sending it: RFC 7616.

import { UsageError } from '../../errors.ts';
import type { Auth } from './auth.ts';

/** Not made yet. */
export function digestAuth(_user: string, _password: string): Auth {
  throw new UsageError('bad_option', 'digest authentication: not yet');
}
