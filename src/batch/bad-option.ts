// How a value that an option does not take is reported: the option as the user wrote it, what it takes,
// and the value that came instead. It must not be used for credentials: it shows the value.

import { UsageError } from '../errors.ts';

/** How options are named in messages: as properties in code, or as flags on the command line. */
export type OptionNaming = 'code' | 'command-line';

const flagNames: Readonly<Record<string, string>> = { input: '<input>', headers: '--header' };

/**
 * The name of an option as its user knows it, in backticks.
 *
 * @example optionName('maxWaitMs', 'command-line') // '`--max-wait`'
 */
export function optionName(key: string, naming: OptionNaming): string {
  if (naming === 'code') return `\`${key}\``;
  const kebab = key.replace(/Ms$/u, '').replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return `\`${flagNames[key] ?? `--${kebab}`}\``;
}

/** A UsageError such as: Expected `--concurrency` to be a whole number from 1 up, got 0 */
export function badOption(name: string, expectation: string, value: unknown, hint?: string): UsageError {
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
