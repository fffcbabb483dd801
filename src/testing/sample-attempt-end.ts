// The end of an attempt for tests, which say only what they care about.

import type { AttemptEnd } from '../http/attempt-end.ts';

const answered: AttemptEnd = {
  origin: 'https://a.example',
  outcome: 'success',
  ms: 20,
  status: 200,
  code: null,
  headers: [],
  attempt: 1,
  reused: true,
};

/** An attempt that was answered 200 within 20 ms on a connection that was used before, but for what is given. */
export function sampleAttemptEnd(changes: Partial<AttemptEnd> = {}): AttemptEnd {
  return { ...answered, ...changes };
}
