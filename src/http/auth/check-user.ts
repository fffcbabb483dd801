// What may be a user and a password, for the schemes of HTTP that have both (RFC 7617, 2; RFC 7616, 3.4).

import { UsageError } from '../../errors.ts';

const control = /\p{Cc}/u;

/** @throws {UsageError} `bad_option`; neither is shown */
export function checkUser(user: string, password: string): void {
  if (typeof user !== 'string' || typeof password !== 'string') throw refused('both have to be text');
  if (user.includes(':')) throw refused('the user must not have a colon, which ends it');
  if (control.test(user)) throw refused('the user has a control character');
  if (control.test(password))
    throw refused(
      'the password has a control character',
      'often it is the end of a line of the file that it was read from',
    );
}

function refused(trouble: string, hint?: string): UsageError {
  const message = `user and password cannot be sent: ${trouble}`;
  return new UsageError('bad_option', message, hint === undefined ? {} : { hint });
}
