// The body of a form without files: application/x-www-form-urlencoded, as the WHATWG URL standard has it.

import { type FieldValue, fieldText, namedValues } from './form-fields.ts';

/**
 * Names and values: an object, a `Map`, a `URLSearchParams`, a `FormData` without files, or pairs. A list is sent as one field for each of its values;
 * null and undefined leave a field out.
 */
export type FormFields =
  | Readonly<Record<string, FieldValue | readonly FieldValue[] | null | undefined>>
  | Iterable<readonly [string, unknown]>;

/** A body that is at hand, and what it is. */
export interface FormBody {
  readonly contentType: string;
  readonly body: string;
}

/**
 * A form without files, as `application/x-www-form-urlencoded` of the WHATWG URL standard.
 *
 * @throws UsageError (`bad_option`) for a value that is no text, number or truth value, nor a list of those
 * @example
 * import { formBody } from 'manyfetch';
 *
 * console.log(formBody({ name: 'Zoë & co', tag: ['a', 'b'], note: null }).body); // prints name=Zo%C3%AB+%26+co&tag=a&tag=b
 */
export function formBody(fields: FormFields): FormBody {
  const pairs = new URLSearchParams();
  for (const [name, value] of formPairs(fields)) pairs.append(name, value);
  return { contentType: 'application/x-www-form-urlencoded', body: pairs.toString() };
}

/** In the order in which they were given. */
function formPairs(fields: FormFields): (readonly [string, string])[] {
  return namedValues(fields).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => [name, fieldText(name, one)] as const);
  });
}
