// The `cookie` header of one request: what its jar has for it, and what it was given by itself.

import { badValue } from '../../concurrency/bad-value.ts';
import { UsageError } from '../../errors.ts';
import { forbiddenInCookie } from './stored-cookie.ts';

/** Cookies of one request, by name. They are sent with it, and not kept. */
export type CookiesInput = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Both as one header. A cookie of the request's own takes the place of those of the jar that have its name; null leaves it out.
 *
 * @param fromJar what `CookieJar.header` gave
 * @throws {UsageError} `bad_option` if one cannot be sent; values are not shown
 */
export function cookieHeader(fromJar: string | null, own: CookiesInput): string | null {
  const names = new Set(Object.keys(own).filter((name) => own[name] !== undefined));
  const kept = fromJar === null ? [] : fromJar.split('; ').filter((pair) => !names.has(nameOf(pair)));
  const all = [...kept, ...Object.entries(own).flatMap(([name, value]) => pairOf(name, value))];
  return all.length === 0 ? null : all.join('; ');
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? '' : pair.slice(0, equals);
}

function pairOf(name: string, value: CookiesInput[string]): string[] {
  if (value === undefined || value === null) return [];
  if (name === '' || name.includes('=') || forbiddenInCookie.test(name))
    throw badValue('the name of a cookie', 'visible ASCII without = and ;', name);
  const text = String(value);
  if (typeof value !== 'object' && !forbiddenInCookie.test(text)) return [`${name}=${text}`];
  throw new UsageError(
    'bad_option',
    `the cookie "${name}" cannot be sent: its value is not one line of Latin-1 without ;`,
    {
      hint: 'encode the value, for example with encodeURIComponent',
    },
  );
}
