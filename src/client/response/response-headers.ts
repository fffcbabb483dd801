// The header section of an answer, for reading. Names are found whatever their letter case. It keeps
// the section as it came and makes nothing before it is asked.

import { shownAs } from '../../concurrency/scopes/shown-as.ts';

/**
 * Headers of an answer; pairs of names (in lower case) and values, in the order in which they came.
 *
 * @example
 * import { ResponseHeaders } from 'manyfetch';
 *
 * const headers = new ResponseHeaders(['content-type', 'text/html', 'set-cookie', 'a=1', 'set-cookie', 'b=2']);
 * console.log(headers.get('Content-Type'), headers.getAll('set-cookie')); // prints text/html [ 'a=1', 'b=2' ]
 * console.log([...headers].length); // prints 3
 */
export class ResponseHeaders implements Iterable<[string, string]> {
  readonly #section: readonly string[];

  /** @param section name, value, name, value; names in lower case */
  constructor(section: readonly string[]) {
    this.#section = section;
  }

  /** The value; values of a repeated header are joined with a comma (RFC 9110, 5.2); null if there is none. */
  get(name: string): string | null {
    const values = this.getAll(name);
    return values.length === 0 ? null : values.join(', ');
  }

  /** Each value by itself, as `set-cookie` needs it. */
  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let at = 0; at < this.#section.length; at += 2)
      if (this.#section[at] === wanted) values.push(this.#section[at + 1] ?? '');
    return values;
  }

  has(name: string): boolean {
    const wanted = name.toLowerCase();
    return this.#section.some((text, at) => at % 2 === 0 && text === wanted);
  }

  *[Symbol.iterator](): Generator<[string, string], void, undefined> {
    for (let at = 0; at < this.#section.length; at += 2) yield [this.#section[at] ?? '', this.#section[at + 1] ?? ''];
  }
}

shownAs(ResponseHeaders, 'ResponseHeaders', (headers) => {
  const names = new Set([...headers].map(([name]) => name));
  return Object.fromEntries(
    [...names].map((name) => [name, headers.getAll(name).length > 1 ? headers.getAll(name) : headers.get(name)]),
  );
});
