// What code says of a request in shorter ways, as a record says it: `params` become part of the URL, `json` and `form` a body.
// It checks what it changes, and nothing else.

import { RecordError, UsageError } from '../errors.ts';
import { formBody, type FormFields } from '../http/forms/form-body.ts';
import { withParams } from '../http/forms/with-params.ts';
import { isObject, jsonText } from './record-scope.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ShapedRequest {
  readonly request: Fields;
  /** What the body is, unless the headers say it; null: nothing is known of it but what it is. */
  readonly contentType: string | null;
}

/** @throws {RecordError} `bad_record` */
export function shapeRequest(given: Fields): ShapedRequest {
  try {
    return withBody(withQuery(given));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new RecordError('bad_record', error.message, error.hint === null ? {} : { hint: error.hint });
  }
}

/** The headers, and what the body is: it is text by now, and would be sent as such. Of pairs or `Headers` nothing is made here. */
export function withType(headers: unknown, type: string): unknown {
  if (!isObject(headers) || Symbol.iterator in headers) return headers;
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) return headers;
  return { ...headers, 'content-type': type };
}

function withBody(request: Fields): ShapedRequest {
  const ways = ['body', 'json', 'form'].filter((name) => isGiven(name, request[name]));
  if (ways.length > 1)
    throw new RecordError('bad_record', `the request has both "${ways.join('" and "')}"`, {
      hint: ways.length > 2 ? 'Leave all but one of them out.' : 'Leave one of them out.',
    });
  if (request['json'] !== undefined)
    return { request: { ...request, body: jsonText(request['json']) }, contentType: 'application/json' };
  if (ways[0] !== 'form') return { request, contentType: null };
  const { body, contentType } = formBody(request['form'] as FormFields);
  return { request: { ...request, body }, contentType };
}

/** JSON can say null; of the others it is nothing. */
function isGiven(name: string, value: unknown): boolean {
  return value !== undefined && (name === 'json' || value !== null);
}

function withQuery(request: Fields): Fields {
  const { url, params } = request;
  if (params === undefined || params === null || !(typeof url === 'string' || url instanceof URL)) return request;
  return { ...request, url: withParams(String(url), [], params as FormFields) };
}
