// The reasons for which tasks are cancelled, and which errors are only how work tells that it was. It decides nothing about what
// follows; an error that it is not sure of counts.

import { CancelledError, DeadlineError, ManyfetchError } from '../../errors.ts';
import { messageOf } from './failures.ts';

/**
 * Whether something was thrown only since this reason was given. So it is if it is the reason, has it as its cause, is
 * what the platform throws when a signal aborts, or consists of nothing else.
 */
export function isConsequence(error: unknown, reason: unknown): boolean {
  try {
    return isMadeOf(error, reason);
  } catch {
    // What cannot be looked at, or contains itself.
    return false;
  }
}

function isMadeOf(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((part) => isMadeOf(part, reason));
  if (error.name === 'AbortError' || (error instanceof ManyfetchError && error.code === 'cancelled')) return true;
  return error.cause !== undefined && error.cause === reason;
}

/** The reason for the others when one has failed. */
export function becauseOf(name: string, error: unknown): CancelledError {
  return new CancelledError(`Cancelled, since ${name} failed: ${messageOf(error)}`, { cause: error });
}

/** The reason when a time is over. `late`: which tasks were, if there were several. */
export function tooLate(ms: number, late = ''): DeadlineError {
  return new DeadlineError(`Not done within ${ms} ms${late === '' ? '' : `: ${late}`}`);
}
