// A URL with placeholders. Each value is encoded for where it stands: user info, host, path, query.
// Invariant: a value in a path or query never changes which host, segment or parameter the template named.
// If scheme and host are the template's own, they are parsed once and a record costs string joins only.

import { RecordError, UsageError } from '../errors.ts';
import { maskQuery } from '../http/query-credentials.ts';
import { parseUrl, showUrl, withoutCredentials, type TargetUrl, type UrlParser } from './parse-url.ts';
import type { RecordScope } from './record-scope.ts';
import { nameOf, type Part, type Template, type ValuePart } from './template.ts';
import { type Place, placesOf } from './url-places.ts';

/** A piece of the URL: fixed (with what is shown in its stead), or a value and its place. */
type UrlPiece = FixedPiece | { readonly kind: 'value'; readonly part: ValuePart; readonly place: Place };
interface FixedPiece {
  readonly kind: 'fixed';
  readonly text: string;
  readonly shown: string;
}

/** Makes the URL of a record. */
export interface UrlTemplate {
  /** @throws {RecordError} `missing_field`, `bad_url` */
  render(scope: RecordScope): TargetUrl;
}

const originPlaces: ReadonlySet<Place> = new Set(['start', 'userinfo', 'host']);
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?#\\]|$)/i;
const hostValue = /^(?:[\p{L}\p{N}\p{M}._-]+|\[[0-9a-f:.]+\])(?::\d+)?$/iu;

/** @throws {UsageError} `bad_option` if no record could make a URL of it */
export function compileUrl(template: Template, base: URL | null, parser: UrlParser, option: string): UrlTemplate {
  const places = placesOf(template);
  const pieces = template.map((part, i): UrlPiece => {
    const place = places[i] ?? 'path';
    if (part.kind === 'text') return { kind: 'fixed', text: part.text, shown: part.text };
    if (part.kind !== 'secret') return { kind: 'value', part, place };
    return { kind: 'fixed', text: encodedSecret(part.text, place, part.name, option), shown: '***' };
  });
  const inOrigin = (part: Part, i: number): boolean => part.kind !== 'text' && originPlaces.has(places[i] ?? 'path');
  if (!template.some(inOrigin)) return compileFixed(pieces, base, option);
  const known = template.every((part, i) => part.kind === 'secret' || !inOrigin(part, i));
  if (known)
    checkedUrl(pieces.map((piece) => (piece.kind === 'fixed' ? piece.text : 'x')).join(''), pieces, base, option);
  return new OpenUrlTemplate(pieces, parser);
}

/** Scheme and host come from the record. */
class OpenUrlTemplate implements UrlTemplate {
  readonly #pieces: readonly UrlPiece[];
  readonly #parser: UrlParser;
  readonly #hidden: boolean;

  constructor(pieces: readonly UrlPiece[], parser: UrlParser) {
    this.#pieces = pieces;
    this.#parser = parser;
    this.#hidden = pieces.some((piece) => piece.kind === 'fixed' && piece.text !== piece.shown);
  }

  render(scope: RecordScope): TargetUrl {
    const text = joinPieces(this.#pieces, scope, false);
    if (!this.#hidden) return this.#parser.parse(text);
    const shown = joinPieces(this.#pieces, scope, true);
    try {
      const target = this.#parser.parse(text);
      return { ...target, shown: maskQuery(shown.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1').replace(/#.*$/s, '')) };
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      throw new RecordError(error.code, `${showUrl(shown)} is not a URL`, {
        hint: 'Check the variable and the fields.',
      });
    }
  }
}

/** Scheme and host are the template's. Texts are as `new URL` writes them, values are encoded: their join is too. */
class FixedUrlTemplate implements UrlTemplate {
  readonly #origin: string;
  readonly #userInfo: string | null;
  readonly #pieces: readonly UrlPiece[];
  readonly #constant: TargetUrl | null;
  readonly #hidden: boolean;
  /** A parameter of the query has, or may have, the name of a credential. */
  readonly #masks: boolean;

  constructor(origin: string, userInfo: string | null, pieces: readonly UrlPiece[]) {
    this.#origin = origin;
    this.#userInfo = userInfo;
    this.#pieces = pieces;
    this.#hidden = pieces.some((piece) => piece.kind === 'fixed' && piece.text !== piece.shown);
    this.#masks = mayHoldCredentials(pieces);
    this.#constant = null;
    const fixed = pieces.filter((piece) => piece.kind === 'fixed');
    if (fixed.length === pieces.length) {
      const path = fixed.map((piece) => piece.text).join('');
      this.#constant = {
        origin,
        path,
        userInfo,
        shown: origin + maskQuery(fixed.map((piece) => piece.shown).join('')),
      };
    }
  }

  render(scope: RecordScope): TargetUrl {
    if (this.#constant !== null) return this.#constant;
    const path = joinPieces(this.#pieces, scope, false);
    const open = this.#hidden ? joinPieces(this.#pieces, scope, true) : path;
    const shown = this.#origin + (this.#masks ? maskQuery(open) : open);
    return { origin: this.#origin, path, userInfo: this.#userInfo, shown };
  }
}

/** Told once, by the template's own texts: what is placed between them makes no parameter, but may name one. */
function mayHoldCredentials(pieces: readonly UrlPiece[]): boolean {
  const sample = pieces.map((piece) => (piece.kind === 'fixed' ? piece.shown : '\0')).join('');
  return maskQuery(sample) !== sample || /[?&][^&=]*\0[^&=]*=/.test(sample);
}

function joinPieces(pieces: readonly UrlPiece[], scope: RecordScope, hide: boolean): string {
  let text = '';
  let dots: ValuePart | null = null;
  for (const piece of pieces) {
    if (piece.kind === 'fixed') {
      text += hide ? piece.shown : piece.text;
      continue;
    }
    const value = scope.textOf(piece.part);
    // Values without a letter can make `.` or `..` of a segment, alone or with their neighbours.
    if (piece.place === 'path' && (value === '' || value === '.' || value === '..')) dots = piece.part;
    text += encodeValue(value, piece.place, nameOf(piece.part));
  }
  if (dots !== null && dotSegment.test(text.replace(/\?.*$/s, ''))) {
    throw new RecordError(
      'bad_url',
      `field "${nameOf(dots)}" would make a path segment "." or "..", which leads elsewhere`,
      {
        hint: 'Correct the field, or place it in the query.',
      },
    );
  }
  return text;
}

function encodeValue(value: string, place: Place, name: string): string {
  if (place === 'start') {
    const fragment = value.indexOf('#');
    return (fragment < 0 ? value : value.slice(0, fragment)).trim();
  }
  if (place === 'host') {
    if (hostValue.test(value)) return value;
    throw new RecordError('bad_url', `field "${name}" is ${showUrl(value)}, which cannot stand in a host name`, {
      hint: 'A host has letters, digits, dots and hyphens; a whole URL can stand only at the start: {{url}}.',
    });
  }
  if (!value.isWellFormed()) {
    throw new RecordError('bad_url', `field "${name}" has half a surrogate pair, which UTF-8 cannot say`, {
      hint: 'The text was cut in the middle of a character; correct the field.',
    });
  }
  return encodeURIComponent(value);
}

/** The cause is left out on purpose: it would tell the value. */
function encodedSecret(text: string, place: Place, name: string, option: string): string {
  const trouble = new UsageError('bad_option', `${option}: the value of {{${name}}} cannot stand there`, {
    hint: `It is in the ${place} of the URL.`,
  });
  if (place === 'path' && /^\.{1,2}$/.test(text)) throw trouble;
  try {
    return encodeValue(text, place, name);
  } catch (error) {
    throw error instanceof RecordError ? trouble : error;
  }
}

function compileFixed(pieces: readonly UrlPiece[], base: URL | null, option: string): UrlTemplate {
  // Parsed with a mark for each value, so that the texts between come out as `new URL` writes them.
  let mark = 'zq';
  const taken = (piece: UrlPiece): boolean => piece.kind === 'fixed' && piece.text.toLowerCase().includes(mark);
  while (base?.href.includes(mark) === true || pieces.some(taken)) mark += 'q';
  const isText = (piece: UrlPiece): piece is FixedPiece => piece.kind === 'fixed' && piece.text === piece.shown;
  const marked = pieces.map((piece, i) => (isText(piece) ? piece.text : `${mark}${i}z`)).join('');
  const target = checkedUrl(marked, pieces, base, option);
  const rest: UrlPiece[] = [];
  let at = 0;
  const addText = (end: number): void => {
    const text = target.path.slice(at, end);
    if (text !== '') rest.push({ kind: 'fixed', text, shown: text });
  };
  pieces.forEach((piece, i) => {
    // A value in the fragment, or in a segment that `..` takes back, is no part of the path.
    const found = isText(piece) ? -1 : target.path.indexOf(`${mark}${i}z`, at);
    if (found < 0) return;
    addText(found);
    rest.push(piece);
    at = found + `${mark}${i}z`.length;
  });
  addText(target.path.length);
  return new FixedUrlTemplate(target.origin, target.userInfo, rest);
}

/** The cause is left out on purpose: it would tell the values of the environment. */
function checkedUrl(text: string, pieces: readonly UrlPiece[], base: URL | null, option: string): TargetUrl {
  try {
    return parseUrl(text, base);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const written = pieces
      .map((piece) => (piece.kind === 'value' ? `{{${nameOf(piece.part)}}}` : piece.shown))
      .join('');
    const bareHost = /^[\w.-]+\.[a-z]{2,}|^localhost/i.test(written);
    throw new UsageError('bad_option', `${option}: ${showUrl(written)} is not an http or https URL`, {
      hint: bareHost ? `Write https://${withoutCredentials(written)}` : 'Write https://…, or give --base-url.',
    });
  }
}
