// One pure function says what the end of an attempt tells about the server. The governor and the
// retry decision both use it, so that they never disagree.

import { familyOf } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Outcome } from '../http/outcome.ts';

/** A set of status codes. */
export interface Statuses {
  has(status: number): boolean;
}

/** Classifies an answer by its status. */
export function classifyStatus(status: number, success: Statuses): Outcome {
  if (success.has(status)) return 'success';
  if (status === 429 || status === 503) return 'congestion';
  if (status === 408 || status === 425 || status >= 500) return 'transient';
  return 'permanent';
}

/** Classifies an attempt that brought no answer. */
export function classifyError(code: ErrorCode): Outcome {
  switch (familyOf(code)) {
    case 'timeout':
      return 'congestion';
    case 'network':
      return code === 'tls_failed' ? 'permanent' : 'transient';
    default:
      return 'permanent';
  }
}
