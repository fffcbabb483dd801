// The headers of requests: those of the client, written once and shared by all requests that add none, and those of
// a single request laid over them.
//
// Invariant: nothing leaves here that may not stand in a header, and no message shows a value.

import { namesCredential } from '../../http/credential-names.ts';
import { headerNameTrouble, headerValueTrouble, badHeader } from '../../plan/header-rules.ts';
import { userAgent } from '../../plan/user-agent.ts';
import type { HeadersInput } from '../request-input.ts';

const shapeHint = "write them as { 'x-name': 'value' }";
const nameHint = 'leave it out, or write a name such as x-name';
const lengthHint =
  'leave it out: of texts, bytes and Blobs the length is known; `streamPart(stream, { lengthBytes })` says that of a stream';
/** What is sent unless it is given, or left out by null. */
const defaults = [
  ['user-agent', userAgent],
  ['accept', '*/*'],
] as const;
const encodings = ['accept-encoding', 'gzip, br, zstd, deflate'] as const;

/** By name in lower case: the name as it was written, and its values; none: it is left out. */
type Fields = ReadonlyMap<string, readonly [name: string, values: readonly string[]]>;

/** The headers of a client. */
export class HeaderSet {
  readonly #fields: Fields;
  /** With and without `accept-encoding`: flat lists, the same ones for all requests without headers of their own. */
  readonly #decompressed: readonly string[];
  readonly #plain: readonly string[];

  /** @throws {RecordError} `bad_header` */
  constructor(headers: HeadersInput | undefined) {
    this.#fields = fieldsOf(headers);
    this.#decompressed = Object.freeze(sectionOf(this.#fields, null, true));
    this.#plain = Object.freeze(sectionOf(this.#fields, null, false));
  }

  /** Those that may go to any origin, as after a redirect: without what looks like a credential, and without `host`. */
  forAnyOrigin(): HeaderSet {
    const kept = [...this.#fields].filter(([lower]) => lower !== 'host' && !namesCredential(lower));
    return new HeaderSet(Object.fromEntries(kept.map(([, field]) => field)));
  }

  /**
   * The header section of a request: name, value, name, value.
   *
   * @param own of the request
   * @throws {RecordError} `bad_header`
   */
  section(own: HeadersInput | undefined, decompress: boolean): readonly string[] {
    if (own === undefined) return decompress ? this.#decompressed : this.#plain;
    return sectionOf(this.#fields, fieldsOf(own), decompress);
  }
}

/** Headers as a section of their own. @throws {RecordError} `bad_header` */
export function checkedSection(headers: HeadersInput): readonly string[] {
  return [...fieldsOf(headers).values()].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
}

/** The first value of a header in a section, or null. @param name in lower case */
export function headerOf(section: readonly string[], name: string): string | null {
  for (let at = 0; at < section.length; at += 2)
    if (section[at] === name || section[at]?.toLowerCase() === name) return section[at + 1] ?? '';
  return null;
}

function sectionOf(base: Fields, own: Fields | null, decompress: boolean): string[] {
  const section: string[] = [];
  for (const [lower, value] of decompress ? [...defaults, encodings] : defaults)
    if (!base.has(lower) && own?.has(lower) !== true) section.push(lower, value);
  for (const [lower, [name, values]] of base)
    if (own?.has(lower) !== true) for (const value of values) section.push(name, value);
  if (own !== null) for (const [name, values] of own.values()) for (const value of values) section.push(name, value);
  return section;
}

function fieldsOf(headers: HeadersInput | undefined): Fields {
  const fields = new Map<string, readonly [string, readonly string[]]>();
  if (headers === undefined) return fields;
  for (const [name, value] of pairsOf(headers)) {
    const trouble = headerNameTrouble(name);
    const lower = name.toLowerCase();
    if (trouble !== null) throw badHeader(trouble, lower === 'content-length' ? lengthHint : nameHint);
    const given: readonly unknown[] = Array.isArray(value)
      ? value
      : value === null || value === undefined
        ? []
        : [value];
    fields.set(lower, [name, [...(fields.get(lower)?.[1] ?? []), ...given.map((one) => checked(name, one))]]);
  }
  return fields;
}

function pairsOf(headers: unknown): (readonly [string, unknown])[] {
  if (typeof headers !== 'object' || headers === null)
    throw badHeader('the headers are neither an object nor pairs', shapeHint);
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  return Array.from(headers as Iterable<unknown>, (pair) => {
    if (!Array.isArray(pair)) throw badHeader('the headers are neither an object nor pairs', shapeHint);
    return [String(pair[0]), pair[1]] as const;
  });
}

function checked(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw badHeader(`the value of "${name}" is no text`);
  const text = String(value).trim();
  const trouble = headerValueTrouble(text);
  if (trouble !== null) throw badHeader(`header "${name}": ${trouble}`);
  return text;
}
