// Shows a request as it arrived. Its answer ends up in results, so it must never hold a credential:
// the values of the headers that carry one are masked.

import { isUtf8 } from 'node:buffer';

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';

const withScheme = new Set(['authorization', 'proxy-authorization']);
const secret = new Set(['cookie', 'x-api-key', 'api-key', 'x-auth-token']);

export const echoRoute: Route = {
  path: '/echo',
  about: 'the request as it arrived, with credentials masked',
  keepsBody: true,
  handle(call) {
    const { base, path } = call.destination;
    const facts = { method: call.method, path: base + path, query: queryOf(call), headers: shownHeaders(call) };
    // The body is put in as text: parsing it would change numbers that JavaScript cannot hold.
    const text = `${JSON.stringify(facts).slice(0, -1)},${shownBody(call)},"bodyBytes":${call.body.length}}`;
    call.send(200, text, { 'Content-Type': 'application/json' });
  },
};

/** A name that stands more than once has an array of values. */
function queryOf(call: Call): Record<string, string | string[]> {
  const { query } = call;
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function shownHeaders(call: Call): Record<string, string> {
  const shown: [string, string][] = [];
  for (const [name, value] of Object.entries(call.request.headers)) {
    if (!name.startsWith(':')) shown.push([name, masked(name, String(value))]);
  }
  return Object.fromEntries(shown);
}

function masked(name: string, value: string): string {
  if (secret.has(name)) return '***';
  if (!withScheme.has(name)) return value;
  const space = value.indexOf(' ');
  return space === -1 ? '***' : `${value.slice(0, space)} ***`;
}

/** `"body":...`, or `"bodyBase64":...` if it is not text. */
function shownBody(call: Call): string {
  const { body } = call;
  if (!isUtf8(body)) return `"bodyBase64":"${body.toString('base64')}"`;
  const text = body.toString('utf8');
  return `"body":${isJson(text, call.request.headers['content-type'] ?? '') ? text : JSON.stringify(text)}`;
}

/** Without a content type that says so, only objects and arrays are taken for JSON. */
function isJson(text: string, contentType: string): boolean {
  if (!contentType.includes('json') && !/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
