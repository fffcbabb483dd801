// The error of a call whose credentials did not come.

import { TransportError } from '../../errors.ts';
import type { HttpRequest } from '../../http/request.ts';

/** What `auth` was to give was not there in time. Nothing of the request was sent. */
export function noCredentials({ method, shownUrl }: HttpRequest, timeoutMs: number): TransportError {
  return new TransportError('timeout', `no credentials for ${method} ${shownUrl} within ${timeoutMs / 1000} s`, {
    hint: 'what `auth` asks did not answer: give it a time limit of its own, or raise `timeoutMs`',
    sent: false,
    answered: false,
    reused: false,
  });
}
