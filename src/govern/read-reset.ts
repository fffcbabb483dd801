// Reads when a quota comes back, in the many habits of servers: seconds, a duration (`6m0s`), seconds or
// milliseconds since the epoch, or a date. A plain number is told by its size: below 10^9 (31 years) it is
// seconds from now, below 10^11 seconds since the epoch, above that milliseconds since the epoch.
// What does not parse counts as absent; nothing is ever read as an earlier moment than it may mean.

import { parseHttpDate } from '../http/retry-after.ts';

/** A time from when it was said, or a moment of the epoch; both in milliseconds. */
export interface Reset {
  readonly kind: 'after' | 'at';
  readonly ms: number;
}

const firstEpochSecond = 1e9;
const firstEpochMs = 1e11;
const longestText = 64;
/** `a`; digits and the dot come before it. */
const firstLetter = 97;
const decimal = /^\d+(?:\.\d+)?$/;
const duration = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+$/;
const msOf: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * When a quota comes back; null if the text does not tell.
 * @example readReset('1m30s') // { kind: 'after', ms: 90000 }
 * @example readReset('1700000000') // { kind: 'at', ms: 1700000000000 }
 */
export function readReset(text: string): Reset | null {
  if (text.length === 0 || text.length > longestText) return null;
  if (decimal.test(text)) return fromNumber(Number(text));
  if (duration.test(text)) return fromDuration(text);
  const atMs = rfc3339.test(text) ? Date.parse(text.replace(' ', 'T').toUpperCase()) : (parseHttpDate(text) ?? NaN);
  return Number.isNaN(atMs) ? null : { kind: 'at', ms: atMs };
}

function fromNumber(value: number): Reset | null {
  if (value > Number.MAX_SAFE_INTEGER) return null;
  if (value < firstEpochSecond) return { kind: 'after', ms: value * 1000 };
  return { kind: 'at', ms: value < firstEpochMs ? value * 1000 : value };
}

/** Of a text that is known to be one. */
function fromDuration(text: string): Reset | null {
  let ms = 0;
  let at = 0;
  while (at < text.length) {
    let unitAt = at;
    while (text.charCodeAt(unitAt) < firstLetter) unitAt++;
    let end = unitAt;
    while (text.charCodeAt(end) >= firstLetter) end++;
    ms += Number(text.slice(at, unitAt)) * (msOf[text.slice(unitAt, end)] ?? NaN);
    at = end;
  }
  return ms <= Number.MAX_SAFE_INTEGER ? { kind: 'after', ms } : null;
}
