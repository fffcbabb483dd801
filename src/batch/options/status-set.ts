// Sets of HTTP statuses as people write them: `404`, `5xx`, `400-451`, comma separated; and the list of
// outcomes that are worth another attempt, which may also name `network` and `timeout`.
// A set answers in constant time: it is asked once for every answer.

import { badOption } from './bad-option.ts';

/** Which statuses belong. */
export interface StatusSet {
  has(status: number): boolean;
}

/** Which outcomes are worth another attempt. */
export interface RetryOn {
  readonly statuses: StatusSet;
  readonly network: boolean;
  readonly timeout: boolean;
}

const anItem = /^(?:([1-5])xx|([1-5]\d\d)(?:-([1-5]\d\d))?)$/iu;

/**
 * Reads a list of statuses.
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseStatusSet('408,425,429,5xx').has(503) // true
 */
export function parseStatusSet(text: string, name = '`statuses`'): StatusSet {
  const set = statusesOf(itemsOf(text));
  if (typeof set !== 'string' && set.size > 0) return set;
  const hint = typeof set === 'string' && text.includes(',') ? `${JSON.stringify(set)} is none of these` : undefined;
  throw badOption(name, 'a list of statuses such as 2xx,304,400-404', text, hint);
}

/**
 * Reads a list of statuses, `network` and `timeout`; `none` alone means that nothing is tried again.
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 */
export function parseRetryOn(text: string, name = '`retryOn`'): RetryOn {
  const items = itemsOf(text);
  const network = items.includes('network');
  const timeout = items.includes('timeout');
  if (text === 'none') return Object.freeze({ statuses: new Set<number>(), network, timeout });
  const statuses = statusesOf(items.filter((item) => item !== 'network' && item !== 'timeout'));
  if (typeof statuses !== 'string' && items.length > 0) return Object.freeze({ statuses, network, timeout });
  const hint =
    typeof statuses === 'string' && text.includes(',') ? `${JSON.stringify(statuses)} is none of these` : undefined;
  throw badOption(name, 'a list such as 408,429,5xx,network,timeout', text, hint);
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The set, or the first item that is no status. */
function statusesOf(items: readonly string[]): ReadonlySet<number> | string {
  const statuses = new Set<number>();
  for (const item of items) {
    const match = anItem.exec(item);
    if (match === null) return item;
    const from = match[1] === undefined ? Number(match[2]) : Number(match[1]) * 100;
    const to = match[1] === undefined ? Number(match[3] ?? match[2]) : from + 99;
    if (to < from) return item;
    for (let status = from; status <= to; status++) statuses.add(status);
  }
  return statuses;
}
