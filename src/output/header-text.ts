// The header section of an answer as a JSON object: names in lower case, repeated ones joined by
// ", " (RFC 9110, 5.3), except Set-Cookie, which cannot be joined and is an array always.
//
// Answers of a server have the same names, and most values, as those before. So the last section of each length
// is kept with the text that each header became, and only what differs is written anew. Every text is
// compared, never the list: whoever changes a list, or uses it again, gets the text of what it holds now.

import { quoteJson } from './json-string.ts';

interface KnownName {
  /** `"name":` */
  readonly key: string;
  /** The last section in which the name was seen: how a repeated one is noticed. */
  section: number;
}

interface Section {
  /** Name, value, name, value, as they were. */
  readonly headers: string[];
  /** For each header `"name":"value"`, with a comma before it, but for the first. */
  readonly fields: string[];
  text: string;
  /** The text is one piece. That costs more than it saves, unless it is used again. */
  isJoined: boolean;
}

/** Longer ones are not kept: nobody sends them again and again. */
const mostKept = 128;
const largestCache = 1024;

/** Writes header sections. */
export class HeaderText {
  /** By the length of their lists. Sections with repeated names are not among them. */
  readonly #sections = new Map<number, Section>();
  readonly #names = new Map<string, KnownName>();
  #written = 0;

  /** `headers` is name, value, name, value. */
  format(headers: readonly string[]): string {
    const section = this.#sections.get(headers.length);
    if (section === undefined) return this.#write(headers);
    const known = section.headers;
    let isSame = true;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? '';
      const value = headers[at + 1] ?? '';
      // What was changed already of the section that is kept does not matter: it is forgotten.
      if (name !== known[at]) return this.#write(headers);
      if (value === known[at + 1]) continue;
      known[at + 1] = value;
      section.fields[at >>> 1] = fieldText(at, name, this.#know(name).key, value);
      isSame = false;
    }
    if (!isSame) {
      section.text = strung(section.fields);
      section.isJoined = false;
    } else if (!section.isJoined) {
      section.text = '{' + section.fields.join('') + '}';
      section.isJoined = true;
    }
    return section.text;
  }

  #write(headers: readonly string[]): string {
    this.#sections.delete(headers.length);
    if (this.#names.size > largestCache) this.#names.clear();
    const written = ++this.#written;
    const fields: string[] = [];
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? '';
      const known = this.#know(name);
      if (known.section === written) return formatRepeated(headers);
      known.section = written;
      fields.push(fieldText(at, name, known.key, headers[at + 1] ?? ''));
    }
    const text = strung(fields);
    if (headers.length <= mostKept) {
      this.#sections.set(headers.length, { headers: [...headers], fields, text, isJoined: false });
    }
    return text;
  }

  #know(name: string): KnownName {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const learned = { key: quoteJson(name) + ':', section: 0 };
    this.#names.set(name, learned);
    return learned;
  }
}

function fieldText(at: number, name: string, key: string, value: string): string {
  const quoted = quoteJson(value);
  return (at === 0 ? '' : ',') + key + (name === 'set-cookie' ? '[' + quoted + ']' : quoted);
}

function strung(fields: readonly string[]): string {
  let text = '{';
  for (const field of fields) text += field;
  return text + '}';
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
