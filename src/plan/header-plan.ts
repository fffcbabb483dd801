// The header section of every request: the user's headers first, then what is added unless given.
// It does not know where a request's URL and body come from.
// Invariant: no value with CR, LF, NUL or a character beyond Latin-1 leaves this file, and no name twice
// unless the user wrote it twice.

import { UsageError } from '../errors.ts';
import { badHeader, headerNameTrouble, headerValueTrouble } from './header-rules.ts';
import type { RecordScope } from './record-scope.ts';
import { refuseMaskedHeader } from './refuse-masks.ts';
import { constantText, nameOf, parseTemplate, type Template, type TemplateContext } from './template.ts';
import { userAgent } from './user-agent.ts';

/** One header of an option. */
export interface HeaderTemplate {
  readonly name: string;
  readonly template: Template;
  /** The value, if it is the same for every record. */
  readonly constant: string | null;
}

/** What a run adds by itself. */
export interface HeaderSettings {
  readonly runId: string;
  /** Value of `authorization`, or null. */
  readonly authorization: string | null;
  /** Name of the header for the idempotency key, or null. */
  readonly idempotencyHeader: string | null;
}

const noHeaders: readonly string[] = Object.freeze([]);

const defaults = [
  ['user-agent', userAgent],
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, br, zstd, deflate'],
] as const;

/** Compiles one header. @throws {UsageError} `bad_option` */
export function compileHeader(name: string, value: string, context: TemplateContext): HeaderTemplate {
  const template = parseTemplate(value.trim(), context);
  const constant = constantText(template);
  const trouble = headerNameTrouble(name) ?? headerValueTrouble(constant ?? '');
  if (trouble !== null) {
    throw new UsageError('bad_option', `${context.option}: ${trouble}`, {
      hint: 'A header is "Name: value", one line, without content-length and its like.',
    });
  }
  refuseMaskedHeader(name, constant ?? '', context.option);
  return { name, template, constant };
}

/** Compiles `Name: template`. As in curl, `Name:` with nothing behind it leaves a header out. */
export function compileHeaderLine(line: string, context: TemplateContext): HeaderTemplate {
  const colon = line.indexOf(':');
  if (colon < 1) {
    throw new UsageError('bad_option', `${context.option}: one does not begin with "Name:"`, {
      hint: 'Write --header "Name: value".',
    });
  }
  return compileHeader(line.slice(0, colon).trim(), line.slice(colon + 1), context);
}

/** Makes header sections. */
export class HeaderPlan {
  readonly #headers: readonly HeaderTemplate[];
  readonly #given: ReadonlySet<string>;
  readonly #added: readonly string[];
  readonly #settings: HeaderSettings;
  readonly #keyName: string | null;
  /** No record's fields are placed in them. */
  readonly #isConstant: boolean;
  /** The section of the last record without headers of its own, and what it was made for. */
  #shared: readonly string[] | null = null;
  #sharedType: string | null = null;
  #sharedUserInfo: string | null = null;

  constructor(headers: readonly HeaderTemplate[], settings: HeaderSettings) {
    const given = new Set(headers.map((header) => header.name.toLowerCase()));
    // Options that replace headers of the record; what we add by ourselves does not.
    if (settings.authorization !== null) given.add('authorization');
    this.#headers = headers.filter((header) => header.constant !== '');
    this.#isConstant = headers.every((header) => header.constant !== null);
    this.#given = given;
    this.#settings = settings;
    this.#added = defaults.filter(([name]) => !given.has(name)).flat();
    const key = settings.idempotencyHeader;
    this.#keyName = key === null || given.has(key.toLowerCase()) ? null : key;
  }

  /**
   * The header section of a request, without its idempotency key. The same list for all that do not differ in it.
   *
   * @param own the record's own headers, name and value in turn, checked
   * @param contentType what the body is, unless the user says otherwise
   * @param userInfo `name:password` of the URL
   * @throws {RecordError} `missing_field`, `bad_header`
   */
  section(
    scope: RecordScope,
    own: readonly string[],
    contentType: string | null,
    userInfo: string | null,
  ): readonly string[] {
    if (own.length > 0 || !this.#isConstant) return this.#assemble(scope, own, contentType, userInfo);
    if (this.#shared === null || contentType !== this.#sharedType || userInfo !== this.#sharedUserInfo) {
      this.#shared = Object.freeze(this.#assemble(scope, own, contentType, userInfo));
      this.#sharedType = contentType;
      this.#sharedUserInfo = userInfo;
    }
    return this.#shared;
  }

  /** The header with the idempotency key, which is the record's own; empty if there is none. */
  key(index: number, own: readonly string[], method: string): readonly string[] {
    const name = this.#keyName;
    if (name === null || (method !== 'POST' && method !== 'PATCH') || has(own, name)) return noHeaders;
    return [name, `${this.#settings.runId}-${index}`];
  }

  #assemble(
    scope: RecordScope,
    own: readonly string[],
    contentType: string | null,
    userInfo: string | null,
  ): readonly string[] {
    const section: string[] = [];
    for (let i = 0; i < own.length; i += 2) {
      const name = own[i] ?? '';
      if (!this.#given.has(name.toLowerCase())) section.push(name, own[i + 1] ?? '');
    }
    for (const header of this.#headers) section.push(header.name, header.constant ?? render(header, scope));
    if (this.#settings.authorization !== null) section.push('authorization', this.#settings.authorization);
    else if (userInfo !== null && this.#lacks('authorization', own)) section.push('authorization', basic(userInfo));
    for (let i = 0; i < this.#added.length; i += 2) {
      const name = this.#added[i] ?? '';
      if (own.length === 0 || !has(own, name)) section.push(name, this.#added[i + 1] ?? '');
    }
    if (contentType !== null && this.#lacks('content-type', own)) section.push('content-type', contentType);
    return section;
  }

  #lacks(name: string, own: readonly string[]): boolean {
    return !this.#given.has(name) && !has(own, name);
  }
}

/** The value of `authorization` for `name:password` (RFC 7617, in UTF-8). */
export function basic(userInfo: string): string {
  return `Basic ${Buffer.from(userInfo, 'utf8').toString('base64')}`;
}

function has(section: readonly string[], name: string): boolean {
  const lower = name.toLowerCase();
  for (let i = 0; i < section.length; i += 2) if (section[i]?.toLowerCase() === lower) return true;
  return false;
}

function render(header: HeaderTemplate, scope: RecordScope): string {
  let value = '';
  for (const part of header.template) {
    value += part.kind === 'text' || part.kind === 'secret' ? part.text : scope.textOf(part);
  }
  if (headerValueTrouble(value) !== null) throw badValue(header, scope);
  return value;
}

function badValue(header: HeaderTemplate, scope: RecordScope): Error {
  for (const part of header.template) {
    if (part.kind === 'text' || part.kind === 'secret') continue;
    const trouble = headerValueTrouble(scope.textOf(part));
    if (trouble !== null) return badHeader(`header "${header.name}", field "${nameOf(part)}": ${trouble}`);
  }
  return badHeader(`header "${header.name}" has a character that may not be sent`);
}
