// Reads a method. What leaves here is upper case and a token.

import { RecordError } from '../errors.ts';
import { isToken } from './header-rules.ts';

const usual = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'QUERY']);

/** @throws {RecordError} `bad_method` */
export function readMethod(text: string): string {
  if (usual.has(text)) return text;
  const method = text.trim().toUpperCase();
  if (isToken(method) && method !== 'CONNECT') return method;
  throw new RecordError('bad_method', `the method ${JSON.stringify(text.slice(0, 80))} cannot be sent`, {
    hint: 'A method is one word: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS.',
  });
}
