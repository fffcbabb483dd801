// What a request really cost, as its answer tells: `usage.total_tokens` of a language model. Answers that do not
// tell it are no error: then what was taken for the request stands.

import { badValue } from '../concurrency/bad-value.ts';
import { costIn } from './cost-plan.ts';
import { isObject } from './record-scope.ts';

/**
 * Reads the path to a value in JSON: names and indexes with dots between.
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseCostPath('usages.0.tokens', '`--cost-from`') // ['usages', '0', 'tokens']
 */
export function parseCostPath(text: string, name: string): readonly string[] {
  const path = text.split('.');
  if (path.every((key) => key !== '' && !/[\s[\]{}$]/u.test(key))) return path;
  const hint = 'names and indexes of arrays with dots between, without brackets: usages.0.tokens';
  throw badValue(name, 'a path such as usage.total_tokens', text, hint);
}

/**
 * The number at a path in a JSON answer; null if the answer is no JSON or has no number from 0 up there.
 * It parses the whole body, so ask only if the path was given.
 */
export function costOf(body: Buffer, path: readonly string[]): number | null {
  let at = parsed(body);
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return null;
    at = at[key];
  }
  return costIn(at);
}

/**
 * What reads costs out of answers, made once for a run; undefined if nobody wants to know.
 * @param path as `parseCostPath` gave it
 */
export function costReader(path: readonly string[] | null): ((body: Buffer) => number | null) | undefined {
  return path === null ? undefined : (body) => costOf(body, path);
}

function parsed(body: Buffer): unknown {
  const text = body.toString('utf8').replace(/^\uFEFF/u, '');
  // Most answers that are no JSON begin like none, and an exception is dear.
  if (!/^\s*[[{]/u.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
