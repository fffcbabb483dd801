// Headers that all requests of a call share: what the options say, unless a request says otherwise.
// It checks the options' own headers; those of a request are checked where requests are made.

import { UsageError } from '../errors.ts';
import { headerNameTrouble, headerValueTrouble } from '../plan/header-rules.ts';
import type { HeadersInput } from './request-input.ts';

/** Names and values as they were given; a name may have several values. */
type HeaderFields = Record<string, unknown>;

/** Reads headers of any form into one. What is no headers at all is given back, to be refused by others. */
function headerFields(input: unknown): unknown {
  if (input === undefined || input === null) return {};
  if (typeof input !== 'object' || !(Symbol.iterator in input)) return input;
  const fields = emptyFields();
  for (const pair of input as Iterable<unknown>) {
    if (!Array.isArray(pair)) return input;
    const [name, value]: unknown[] = pair;
    const key = String(name);
    const known = fields[key];
    fields[key] = known === undefined ? value : [known, value].flat();
  }
  return fields;
}

export class DefaultHeaders {
  readonly #fields: HeaderFields = emptyFields();
  readonly #names: readonly (readonly [lower: string, name: string])[];

  /**
   * @param authorization added unless the headers have one
   * @throws {UsageError} `bad_option`; values are not shown, as they may be secret
   */
  constructor(headers: HeadersInput | undefined, authorization: string | null) {
    const fields = headerFields(headers);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
      throw badHeaders('they are neither an object, nor Headers, nor pairs');
    for (const [name, value] of Object.entries(fields)) this.#add(name, value);
    const names = Object.keys(this.#fields);
    if (authorization !== null && !names.some((name) => name.toLowerCase() === 'authorization'))
      this.#fields['authorization'] = authorization;
    this.#names = Object.keys(this.#fields).map((name) => [name.toLowerCase(), name]);
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  /**
   * The headers of a request, and those of the options that it does not name.
   * @param authorization of this request alone, unless its headers have one; null: that of the options
   */
  completed(own: unknown, authorization: string | null = null): unknown {
    const fields = headerFields(own);
    if (
      (this.isEmpty && authorization === null) ||
      typeof fields !== 'object' ||
      fields === null ||
      Array.isArray(fields)
    )
      return fields;
    const given = new Set(Object.keys(fields).map((name) => name.toLowerCase()));
    const all: HeaderFields = Object.assign(emptyFields(), fields);
    if (authorization !== null && !given.has('authorization')) {
      given.add('authorization');
      all['authorization'] = authorization;
    }
    for (const [lower, name] of this.#names) if (!given.has(lower)) all[name] = this.#fields[name];
    return all;
  }

  #add(name: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const trouble = headerNameTrouble(name);
    if (trouble !== null) throw badHeaders(trouble);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean')
        throw badHeaders(`the value of "${name}" is no text`);
      const valueTrouble = headerValueTrouble(String(one));
      if (valueTrouble !== null) throw badHeaders(`header "${name}": ${valueTrouble}`);
    }
    this.#fields[name] = value;
  }
}

/** Has no prototype, so that any name is only a name. */
function emptyFields(): HeaderFields {
  return Object.create(null) as HeaderFields;
}

function badHeaders(trouble: string): UsageError {
  return new UsageError('bad_option', `\`headers\` cannot be sent: ${trouble}`, {
    hint: "write them as { 'x-name': 'value' }",
  });
}
