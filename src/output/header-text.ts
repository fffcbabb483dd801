// The header section of an answer as a JSON object: names in lower case, repeated ones joined by
// ", " (RFC 9110, 5.3), except Set-Cookie, which cannot be joined and is an array always.
//
// Names come back with every answer, so their JSON is kept, in a map that cannot grow without end.

import { quoteJson } from './json-string.ts';

interface KnownName {
  /** `"name":` */
  readonly key: string;
  readonly array: boolean;
  /** The last section in which the name was seen: how a repeated one is noticed. */
  section: number;
}

const largestCache = 1024;

/** Writes header sections. */
export class HeaderText {
  readonly #names = new Map<string, KnownName>();
  #section = 0;

  /** `headers` is name, value, name, value. */
  format(headers: readonly string[]): string {
    if (this.#names.size > largestCache) this.#names.clear();
    const section = ++this.#section;
    let text = '{';
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? '';
      const known = this.#names.get(name) ?? this.#learn(name);
      if (known.array || known.section === section) return formatRepeated(headers);
      known.section = section;
      text += (at === 0 ? '' : ',') + known.key + quoteJson(headers[at + 1] ?? '');
    }
    return text + '}';
  }

  #learn(name: string): KnownName {
    const known = { key: quoteJson(name) + ':', array: name === 'set-cookie', section: 0 };
    this.#names.set(name, known);
    return known;
  }
}

function formatRepeated(headers: readonly string[]): string {
  const values = new Map<string, string[]>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    const earlier = values.get(name);
    if (earlier === undefined) values.set(name, [value]);
    else earlier.push(value);
  }
  let text = '';
  for (const [name, all] of values) {
    const value = name === 'set-cookie' ? '[' + all.map(quoteJson).join(',') + ']' : quoteJson(all.join(', '));
    text += (text === '' ? '' : ',') + quoteJson(name) + ':' + value;
  }
  return '{' + text + '}';
}
