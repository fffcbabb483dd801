// Names and values of a form, in the shapes in which people have them: what forms of both kinds share.

import { badValue } from '../../concurrency/bad-value.ts';

/** A value that has one obvious text. */
export type FieldValue = string | number | boolean | bigint;

/** Names and values of an object or of pairs. @throws {UsageError} `bad_option` */
export function namedValues(fields: object): (readonly [string, unknown])[] {
  if (typeof fields !== 'object' || fields === null) throw notFields();
  if (!(Symbol.iterator in fields)) return Object.entries(fields);
  return Array.from(fields as Iterable<unknown>, (pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw notFields();
    return [pair[0], pair[1]] as const;
  });
}

/** @throws {UsageError} `bad_option` */
export function fieldText(name: string, value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value)))
    return String(value);
  throw badValue(`the field ${JSON.stringify(name)}`, 'text, a number or a truth value', value);
}

function notFields(): Error {
  return badValue('the fields of a form', 'an object or pairs of a name and a value', 'something else');
}
