// The head of an answer: status line and header section (RFC 9112, 4 and 5), and what they say about where
// the answer ends (6.3). Strict: what can be read in two ways is a fault. Knows no buffers and no state.

import type { HttpVersion } from '../transport.ts';
import { frameOf } from './answer-framing.ts';
import type { Framing } from './answer-framing.ts';
import { WireFault } from './wire-fault.ts';

/** A head that was read. It may be the head of many answers: nobody changes it. */
export interface AnswerHead extends Framing {
  /** Its bytes, one a character, with the empty line at the end. */
  readonly text: string;
  /** Its lines, each with its end: the status line, then one for each header. */
  readonly lines: readonly string[];
  readonly version: HttpVersion;
  readonly status: number;
  /** What stands behind the status: words for people. */
  readonly reason: string;
  readonly headers: readonly string[];
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const outerSpace = /^[\t ]+|[\t ]+$/g;

/** Names as they are written, and in lower case; those that are seen are few. */
const knownNames = new Map<string, string>();
const maxKnownNames = 1_000;

/**
 * Reads a head.
 * @param text the bytes up to and including the empty line, one a character
 * @throws WireFault
 */
export function readAnswerHead(text: string): AnswerHead {
  refuseForbidden(text);
  const lineEnd = text.indexOf('\r\n');
  const line = text.slice(0, lineEnd);
  const match = statusLine.exec(line);
  if (match === null) throw badStatusLine(line);
  const lines = [text.slice(0, lineEnd + 2)];
  const headers = readFields(text, lineEnd + 2, lines);
  const status = Number(match[2]);
  const isOld = match[1] === '0';
  const version = isOld ? '1.0' : '1.1';
  return { text, lines, version, status, reason: match[3] ?? '', headers, ...frameOf(isOld ? 0 : 1, status, headers) };
}

/**
 * What can be said of a head that is not complete yet, so that a peer that does not speak HTTP is found out
 * before it falls silent.
 * @param from characters before this one were checked already
 * @throws WireFault
 */
export function checkPartialHead(text: string, from: number): void {
  // A CR at the end may get its LF yet.
  const known = text.endsWith('\r') ? text.slice(0, -1) : text;
  refuseForbidden(known, Math.max(0, known.charCodeAt(from - 1) === 13 ? from - 1 : from));
  const start = 'HTTP/1.';
  if (!known.startsWith(start) && !start.startsWith(known)) throw badStatusLine(firstLine(known));
  const lineEnd = known.indexOf('\r\n');
  if (lineEnd >= 0 && from <= lineEnd + 1 && !statusLine.test(known.slice(0, lineEnd)))
    throw badStatusLine(firstLine(known));
}

/**
 * Reads header fields, or trailer fields.
 * @param start where the first line begins; the text ends with an empty line
 * @param lines gets each line as it stands
 * @throws WireFault
 */
export function readFields(text: string, start: number, lines: string[] | null = null): string[] {
  const headers: string[] = [];
  let at = start;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    if (end === at) return headers;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) throw lineWithoutColon(text.slice(at, end));
    lines?.push(text.slice(at, end + 2));
    headers.push(fieldName(text.slice(at, colon)), fieldValue(text, colon + 1, end));
    at = end + 2;
  }
}

/**
 * @param section a trailer section begins with a field
 * @throws WireFault for what may stand nowhere in a head, nor in a trailer section.
 */
export function refuseForbidden(text: string, from = 0, section: 'head' | 'trailers' = 'head'): void {
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char >= 32 && char !== 127) continue;
    if (char === 13 && text.charCodeAt(at + 1) === 10) at++;
    else if (char !== 9) throw forbidden(text, at, char, section);
  }
}

function forbidden(text: string, at: number, char: number, section: 'head' | 'trailers'): WireFault {
  const before = shown(text.slice(Math.max(0, at - 20), at));
  if (char === 13) return new WireFault('bare_cr', `behind ${before}`);
  if (char === 10) return new WireFault('bare_lf', `behind ${before}`);
  if (char === 0) return new WireFault('nul_byte', `behind ${before}`);
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
  const isFirst = section === 'head' && line.length === at;
  const where = isFirst ? 'bad_status_line' : line.includes(':') ? 'bad_header_value' : 'bad_header_name';
  return new WireFault(where, `the byte ${char} behind ${before}`);
}

function fieldName(written: string): string {
  const known = knownNames.get(written);
  if (known !== undefined) return known;
  if (!token.test(written)) throw badName(written);
  const name = written.toLowerCase();
  if (knownNames.size < maxKnownNames && written.length <= 64) knownNames.set(written, name);
  return name;
}

/** What stands between two places, without white space around it. */
export function fieldValue(text: string, start: number, end: number): string {
  // Most have one space before and none after.
  const from = text.charCodeAt(start) === 32 ? start + 1 : start;
  const value = text.slice(from, end);
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  return first === 32 || first === 9 || last === 32 || last === 9 ? value.replace(outerSpace, '') : value;
}

function badName(written: string): WireFault {
  if (/^[\t ]/.test(written)) return new WireFault('obs_fold', shown(written));
  if (/[\t ]$/.test(written)) return new WireFault('space_before_colon', shown(written));
  return new WireFault('bad_header_name', shown(written));
}

function lineWithoutColon(line: string): WireFault {
  return new WireFault(/^[\t ]/.test(line) ? 'obs_fold' : 'no_colon', shown(line));
}

function badStatusLine(line: string): WireFault {
  const version = /^HTTP\/(\S*)/.exec(line);
  if (version !== null && !/^1\.[01]$/.test(version[1] ?? '')) return new WireFault('bad_version', shown(line));
  if (/^HTTP\/1\.[01] \S/.test(line) && !/^HTTP\/1\.[01] [1-9]\d\d(?: |$)/.test(line)) {
    return new WireFault('bad_status', shown(line));
  }
  return new WireFault('bad_status_line', shown(line));
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** As it may stand in a message: short, and with what cannot be seen escaped. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
