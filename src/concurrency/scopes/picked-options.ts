// Options for a scope of our own from options that somebody gave. They are read one by one: what is given may be the
// context of a task, whose signal an object spread would not see.

import { systemClock } from '../clock.ts';
import type { ErrorPolicy, ScopeOptions } from './scope-options.ts';

export function pickedOptions(options: ScopeOptions, onError: ErrorPolicy = 'cancel'): ScopeOptions {
  const { limit = Infinity, deadlineMs = Infinity, signal, clock = systemClock } = options;
  return { limit, deadlineMs, clock, onError, ...(signal !== undefined && { signal }) };
}
