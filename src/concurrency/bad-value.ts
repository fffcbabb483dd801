// How a value that cannot be used is reported: what it was for, what is taken there, and the value that came
// instead. It must not be used for credentials: it shows the value.

import { UsageError } from '../errors.ts';

/**
 * The error for an option or argument that cannot be used.
 *
 * @param name as its user knows it, in backticks
 * @example badValue('`--concurrency`', 'a whole number from 1 up', 0)
 *   // UsageError: Expected `--concurrency` to be a whole number from 1 up, got 0
 */
export function badValue(name: string, expectation: string, value: unknown, hint?: string): UsageError {
  const message = `Expected ${name} to be ${expectation}, got ${shown(value)}`;
  return new UsageError('bad_option', message, hint === undefined ? {} : { hint });
}

function shown(value: unknown): string {
  if (value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
