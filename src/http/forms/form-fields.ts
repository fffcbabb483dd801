// Names and values of a form, in the shapes in which people have them: what forms of both kinds share.

import { badValue } from '../../concurrency/bad-value.ts';
import { UsageError } from '../../errors.ts';

/** A value that has one obvious text. */
export type FieldValue = string | number | boolean | bigint;

/**
 * Names and values of an object or of pairs.
 *
 * @param what they are, for messages
 * @throws {UsageError} `bad_option`
 */
export function namedValues(fields: object, what = 'the fields of a form'): (readonly [string, unknown])[] {
  if (typeof fields !== 'object' || fields === null) throw notFields(what, fields);
  if (!(Symbol.iterator in fields)) return Object.entries(fields);
  return Array.from(fields as Iterable<unknown>, (pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw notFields(what, pair);
    return [pair[0], pair[1]] as const;
  });
}

/** @throws {UsageError} `bad_option` */
export function fieldText(name: string, value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value)))
    return String(value);
  const hint = value instanceof Blob ? 'files go as `multipart`' : undefined;
  throw badValue(`the field ${JSON.stringify(name)}`, 'text, a number or a truth value', value, hint);
}

function notFields(what: string, got: unknown): Error {
  if (typeof got !== 'string') return badValue(what, 'an object or pairs of a name and a value', got);
  // It may hold a password.
  return new UsageError('bad_option', `Expected ${what} to be an object or pairs of a name and a value, got a text`, {
    hint: '`new URLSearchParams(text)` reads one',
  });
}
