// Errors of what the command line and the library share speak of flags; whoever calls functions is told of options. It changes
// what is said, never the error itself.

import { ManyfetchError } from '../errors.ts';

/** Flags that are called otherwise than their options. */
const others: Readonly<Record<string, string>> = {
  cacert: 'ca',
  header: 'headers',
  timeout: 'timeoutMs',
  'connect-timeout': 'connectTimeoutMs',
  'hook-timeout': 'hookTimeoutMs',
  backoff: 'backoffMs',
  'max-backoff': 'maxBackoffMs',
  'max-wait': 'maxWaitMs',
  'max-outage': 'maxOutageMs',
  'unix-socket': 'socketPath',
  fresh: 'fresh: true',
};
/** Flags that are their options, written in another way. */
const same =
  'base-url|bearer|cert|concurrency|http|insecure|key|max-body-bytes|outage|per-origin|proxy|rate|redirects|retries|retry-on|success|transport|user';
const ofBatches =
  'bodies|body|cost|cost-from|data|delivery|form|format|hook-concurrency|hook-threads|idempotency-key|json|limit|map|max-record-bytes|method|offset|on-result|order|output|record-as-json|rehearse|request|url';
const names = [...Object.keys(others), same, ofBatches].join('|');
/** With the value, where it is one of a few. */
const flag = new RegExp(`(?<![\\w-])--(${names})(?: (1\\.1|2|auto|undici|wire)(?!\\.?\\w))?(?![\\w-])`, 'g');

/**
 * @param called what options are called there that are called otherwise for clients
 * @example textInCode('Use --http auto.') // "Use `http: 'auto'`."
 */
export function textInCode(text: string, called: Readonly<Record<string, string>> = {}): string {
  if (!text.includes('--')) return text;
  return text.replace(flag, (_all, name: string, value: string | undefined) => {
    const option = called[name] ?? others[name] ?? name.replace(/-[a-z]/g, (dash) => dash.slice(1).toUpperCase());
    return value === undefined ? `\`${option}\`` : `\`${option}: '${value}'\``;
  });
}

/** The same error, as it is told to callers of functions. @param called as for `textInCode` */
export function errorInCode<Thrown>(error: Thrown, called: Readonly<Record<string, string>> = {}): Thrown {
  if (!(error instanceof ManyfetchError) || !`${error.message}${error.hint}`.includes('--')) return error;
  const message = textInCode(error.message, called);
  const { stack } = error;
  if (stack !== undefined) Object.assign(error, { stack: stack.replace(error.message, () => message) });
  return Object.assign(error, { message, hint: error.hint === null ? null : textInCode(error.hint, called) });
}

/** What `act` gives; what it throws, as it is told to callers of functions. */
export function throwingInCode<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw errorInCode(error);
  }
}
