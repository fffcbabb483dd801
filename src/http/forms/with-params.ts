// Parameters for the query of a URL, in the shapes in which people have them. It leaves what stands in the URL as it is.

import type { FormFields } from './form-body.ts';
import { fieldText, namedValues } from './form-fields.ts';

/**
 * The URL with more in its query. What the request names takes the place of what the client says.
 *
 * @throws {UsageError} `bad_option`
 */
export function withParams(
  url: string,
  base: readonly (readonly [string, unknown])[],
  own: FormFields | undefined,
): string {
  const mine = own === undefined ? [] : namedValues(own, '`params`');
  const named = new Set(mine.map(([name]) => name));
  const query = [...base.filter(([name]) => !named.has(name)), ...mine].flatMap(parameters).join('&');
  if (query === '') return url;
  const hash = url.indexOf('#');
  const bare = hash < 0 ? url : url.slice(0, hash);
  const mark = bare.indexOf('?');
  return `${bare}${mark < 0 ? '?' : /[?&]$/.test(bare) ? '' : '&'}${query}`;
}

function parameters([name, value]: readonly [string, unknown]): string[] {
  if (value === null || value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(fieldText(name, one))}`);
}
