// Reads a record that is itself a request: `{url, method, headers, body, bodyBase64, id, timeoutMs, cost}`, the
// OpenAI batch line, a bare URL. It checks every field that is used and ignores the others.

import { longestTimerMs } from '../concurrency/time/longest-timer.ts';
import { RecordError } from '../errors.ts';
import { readBase64 } from './base64-body.ts';
import { type Body, jsonType, noBody, textType } from './body-plan.ts';
import { costIn } from './cost-plan.ts';
import { badHeader, headerNameTrouble, headerValueTrouble } from './header-rules.ts';
import { nearestName } from './nearest-name.ts';
import { isObject, type RecordScope } from './record-scope.ts';

/** The fields of a request as a record gives them. */
export interface RequestRecord {
  readonly url: string;
  readonly method: string | null;
  /** name, value, name, value; checked. */
  readonly headers: readonly string[];
  readonly body: Body;
  readonly timeoutMs: number | null;
  readonly cost: number | null;
}

/** How strictly a record is read. */
export interface ReadingRules {
  /** All values are strings, as in csv: numbers and objects are read out of them, and an empty one is absent. */
  readonly strings: boolean;
  /** The body is given by an option: the record's is not looked at. */
  readonly ignoreBody: boolean;
  /** No rate counts costs, or an option gives them: `cost` is a field like any other. */
  readonly ignoreCost: boolean;
}

const noHeaders: readonly string[] = [];
const bodyPart = { kind: 'field', name: 'body', keys: ['body'] } as const;

/** @throws {RecordError} `bad_record`, `bad_header` */
export function readRequestRecord(scope: RecordScope, rules: ReadingRules): RequestRecord {
  const value = scope.value;
  if (typeof value === 'string') {
    return { url: value, method: null, headers: noHeaders, body: noBody, timeoutMs: null, cost: null };
  }
  if (!isObject(value) || Array.isArray(value)) {
    const what = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
    throw new RecordError('bad_record', `the record is ${what}, and a request is an object with a "url"`, {
      hint: 'Give --url and a body option to make a request of each record.',
    });
  }
  const url = field(value, 'url', rules);
  if (url === undefined) throw noUrl(value);
  if (typeof url !== 'string' && !(url instanceof URL)) throw wrongType('url', 'a string', url);
  const method = field(value, 'method', rules);
  if (method !== undefined && typeof method !== 'string') throw wrongType('method', 'a string', method);
  const id = field(value, 'id', rules);
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number')
    throw wrongType('id', 'a string or a number', id);
  return {
    url: typeof url === 'string' ? url : url.href,
    method: method ?? null,
    headers: readHeaders(field(value, 'headers', rules), rules),
    body: rules.ignoreBody ? noBody : readBody(value, scope, rules),
    timeoutMs: readTimeout(field(value, 'timeoutMs', rules), rules),
    cost: rules.ignoreCost ? null : readCost(field(value, 'cost', rules), rules),
  };
}

/** A timeout in milliseconds. @throws {RecordError} `bad_record` */
export function readTimeout(value: unknown, rules: Pick<ReadingRules, 'strings'>): number | null {
  if (value === undefined) return null;
  // Said by a program: JSON has no such number.
  if (value === Infinity) return longestTimerMs;
  const number = rules.strings && typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && number > 0) return number;
  throw wrongType('timeoutMs', 'a number of milliseconds above 0', value);
}

function readCost(value: unknown, rules: ReadingRules): number | null {
  if (value === undefined) return null;
  const cost = rules.strings ? costIn(value) : typeof value === 'number' ? costIn(value) : null;
  if (cost === null) throw wrongType('cost', 'a number from 0 up', value);
  return cost;
}

function field(record: Record<string, unknown>, name: string, rules: ReadingRules): unknown {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === null || (rules.strings && value === '') ? undefined : value;
}

function readBody(record: Record<string, unknown>, scope: RecordScope, rules: ReadingRules): Body {
  const body = field(record, 'body', rules);
  const base64 = field(record, 'bodyBase64', rules);
  if (base64 !== undefined) {
    if (body !== undefined) {
      throw new RecordError('bad_record', 'the record has both "body" and "bodyBase64"', {
        hint: 'Leave one of them out.',
      });
    }
    if (typeof base64 !== 'string') throw wrongType('bodyBase64', 'a string', base64);
    return { content: readBase64(base64), type: null };
  }
  if (body === undefined) return noBody;
  if (typeof body === 'string') return { content: body, type: textType };
  if (body instanceof Uint8Array) return { content: body, type: null };
  if (!isJsonLike(body)) throw wrongType('body', 'text, bytes (a Uint8Array) or JSON', body);
  return { content: scope.jsonOf(body, bodyPart), type: jsonType };
}

function readHeaders(value: unknown, rules: ReadingRules): readonly string[] {
  if (value === undefined) return noHeaders;
  const headers = rules.strings && typeof value === 'string' ? parsed(value) : value;
  if (!isObject(headers) || !isJsonLike(headers) || Array.isArray(headers)) {
    throw wrongHeader('headers', 'an object of names and values', value);
  }
  const section: string[] = [];
  for (const name of Object.keys(headers)) {
    const given = headers[name];
    if (given === null || given === undefined) continue;
    for (const one of Array.isArray(given) ? given : [given]) section.push(name, readHeader(name, one));
  }
  return section;
}

function readHeader(name: string, value: unknown): string {
  const nameTrouble = headerNameTrouble(name);
  if (nameTrouble !== null) throw badHeader(`field "headers": ${nameTrouble}`);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw wrongHeader(`headers.${name}`, 'a string', value);
  }
  const text = String(value);
  const trouble = headerValueTrouble(text);
  if (trouble !== null) throw badHeader(`header "${name}", field "headers.${name}": ${trouble}`);
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Not a FormData or Headers, say, of which JSON would silently make `{}`. */
function isJsonLike(value: unknown): boolean {
  if (!isObject(value) || Array.isArray(value) || typeof value['toJSON'] === 'function') return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.keys(value).length > 0;
}

/** Says of what type the value is and no more: headers hold credentials. */
function wrongHeader(name: string, wanted: string, value: unknown): RecordError {
  return wrongValue(name, wanted, typeof value === 'object' ? kindOf(value) : `a ${typeof value}`);
}

function wrongType(name: string, wanted: string, value: unknown): RecordError {
  return wrongValue(name, wanted, typeof value === 'object' ? kindOf(value) : clipped(value));
}

/** `an array`, `a Map`. What a record calls its constructor is a field like any other. */
function kindOf(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  const prototype: unknown = Object.getPrototypeOf(value);
  const made: unknown = isObject(prototype) ? prototype['constructor'] : undefined;
  return typeof made === 'function' && made !== Object ? `a ${made.name}` : 'an object';
}

function wrongValue(name: string, wanted: string, shown: string): RecordError {
  return new RecordError('bad_record', `field "${name}" must be ${wanted}, and is ${shown}`, {
    hint: `Correct "${name}" of this record.`,
  });
}

function clipped(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function noUrl(record: Record<string, unknown>): RecordError {
  const names = Object.keys(record);
  const near = nearestName('url', names);
  const help = near === null ? '' : `; the nearest is ${JSON.stringify(near)}`;
  return new RecordError('bad_record', `the record has no field "url"${help}`, {
    hint: `Give --url, for example --url "${near === null ? 'https://host/{{field}}' : `{{${near}}}`}".`,
  });
}
