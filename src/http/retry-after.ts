// Reads Retry-After (RFC 9110, 10.2.3): seconds, or a date in one of the three forms that HTTP knows
// (5.6.7). Seconds may have a fraction: the RFC knows none, but servers send it. What does not parse counts as
// absent; nothing is ever read as an earlier moment than was said.

/** What is beyond it was not meant: a number of milliseconds that cannot be told from the next one. */
const longestSeconds = Number.MAX_SAFE_INTEGER / 1000;

/**
 * How long the server asks to wait from now, in milliseconds; 0 if the date has passed; null if
 * nothing (readable) was asked. A date is held against the server's own `Date`, if it sent one, so
 * that clocks that differ do not shorten the wait; the longer of both readings counts, where the date can be true.
 *
 * @example retryAfterMs(['retry-after', '120'], Date.now()) // 120000
 */
export function retryAfterMs(headers: readonly string[], wallNowMs: number): number | null {
  let value: string | null = null;
  let date: string | null = null;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === 'retry-after') value = headers[i + 1]?.trim() ?? null;
    else if (headers[i] === 'date') date = headers[i + 1] ?? null;
  }
  if (value === null) return null;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) <= longestSeconds ? Math.ceil(Number(value) * 1000) : null;
  const untilMs = parseHttpDate(value);
  if (untilMs === null) return null;
  const serverNowMs = date === null ? null : parseHttpDate(date);
  const isBeside = serverNowMs !== null && isOfOneClock(serverNowMs, untilMs, wallNowMs);
  return Math.max(0, untilMs - (isBeside ? Math.min(serverNowMs, wallNowMs) : wallNowMs));
}

/** No clock of a server is so far behind, unless it is of another time altogether. */
const mostBehindMs = 3_600_000;

/**
 * Whether `Date` can tell how far off a moment is that its server named. One that is hours behind is local time that calls itself GMT, an
 * old copy, or a clock that was never set; if it were that of the server, moments that it names would have passed by ours.
 */
export function isOfOneClock(dateMs: number, momentMs: number, wallNowMs: number): boolean {
  return wallNowMs - dateMs < mostBehindMs || momentMs <= wallNowMs;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const imf = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/** Milliseconds since the epoch of an HTTP date; null if it is none. */
export function parseHttpDate(text: string): number | null {
  const value = text.trim();
  let match = imf.exec(value);
  if (match !== null) return toMs(match[3], match[2], match[1], match[4], match[5], match[6]);
  match = rfc850.exec(value);
  // Two digits of a year: RFC 9110 wants the past if it would be more than 50 years ahead; for a wait 20xx is right.
  if (match !== null) return toMs(`20${match[3]}`, match[2], match[1], match[4], match[5], match[6]);
  match = asctime.exec(value);
  if (match !== null) return toMs(match[6], match[1], match[2], match[3], match[4], match[5]);
  return null;
}

function toMs(
  year?: string,
  month?: string,
  day?: string,
  hour?: string,
  minute?: string,
  second?: string,
): number | null {
  const monthIndex = months.indexOf(month ?? '');
  if (monthIndex < 0) return null;
  const ms = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second));
  return Number.isFinite(ms) ? ms : null;
}
