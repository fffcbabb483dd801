// Reads a recording: ours, and those that browsers and proxies write, which leave out much of what the format asks
// for. What is missing is filled in; what cannot be understood is refused with its place.

import { readFileSync } from 'node:fs';
import { UsageError } from '../../errors.ts';
import type { HarField } from './har.ts';

/** The parts of an entry that replaying needs. */
export interface ReadEntry {
  readonly method: string;
  readonly url: string;
  readonly post: { readonly mimeType: string; readonly text: string; readonly isBase64: boolean } | null;
  /** 0: no answer came. */
  readonly status: number;
  readonly headers: readonly HarField[];
  readonly error: string | null;
  /** Null: the recording has no text for it. */
  readonly body: { readonly text: string; readonly isBase64: boolean } | null;
  /** There was a body, and the recording has not kept it. */
  readonly isBodyLost: boolean;
  readonly mimeType: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The entries of a recording.
 *
 * @param har what a HAR file holds, or the path of one, which is read before this returns
 * @throws UsageError `no_such_file`, `unreadable`, `bad_input`
 */
export function readHar(har: unknown): ReadEntry[] {
  const name = typeof har === 'string' ? har : 'the recording';
  const entries = fieldsOf(fieldsOf(typeof har === 'string' ? parse(har) : har)['log'])['entries'];
  if (!Array.isArray(entries)) throw bad(name, 'it has no log.entries');
  return entries.map((entry, at) => readEntry(fieldsOf(entry), `${name}, entry ${at}`));
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError('no_such_file', `there is no file ${path}`, { cause });
    throw new UsageError('unreadable', `${path} cannot be read: ${message}`, { cause });
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw bad(path, (cause as Error).message, cause);
  }
}

function bad(where: string, what: string, cause?: unknown): UsageError {
  return new UsageError('bad_input', `${where}: not a HAR file: ${what}`, {
    hint: 'Save one from the network page of a browser, or with HarRecorder.',
    cause,
  });
}

function readEntry(entry: Fields, where: string): ReadEntry {
  const request = fieldsOf(entry['request']);
  const response = fieldsOf(entry['response']);
  const content = fieldsOf(response['content']);
  const post = fieldsOf(request['postData']);
  const url = textOf(request['url']);
  if (url === null || !URL.canParse(url)) throw bad(where, `its request.url is ${JSON.stringify(url)}`);
  const text = textOf(content['text']);
  return {
    method: (textOf(request['method']) ?? 'GET').toUpperCase(),
    url,
    post: readPost(post),
    status: numberOf(response['status']),
    headers: headersOf(response['headers']),
    error: textOf(entry['_error']) ?? textOf(response['_error']),
    body: text === null ? null : { text, isBase64: content['encoding'] === 'base64' },
    // -1: it is not known whether there was one.
    isBodyLost: text === null && typeof content['size'] === 'number' && content['size'] !== 0,
    mimeType: textOf(content['mimeType']) ?? '',
  };
}

/** Chrome tells a form as `params` besides its text, Firefox sometimes only as these. */
function readPost(post: Fields): ReadEntry['post'] {
  const mimeType = textOf(post['mimeType']) ?? '';
  const text = textOf(post['text']);
  if (text !== null)
    return { mimeType, text, isBase64: post['_encoding'] === 'base64' || post['encoding'] === 'base64' };
  if (!Array.isArray(post['params']) || !/x-www-form-urlencoded/i.test(mimeType)) return null;
  const pairs = headersOf(post['params']).map(({ name, value }): [string, string] => [name, value]);
  return { mimeType, text: new URLSearchParams(pairs).toString(), isBase64: false };
}

function headersOf(list: unknown): HarField[] {
  if (!Array.isArray(list)) return [];
  return list.map(fieldsOf).flatMap((field) => {
    const name = textOf(field['name']);
    return name === null ? [] : [{ name, value: textOf(field['value']) ?? '' }];
  });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}
