// A cookie as it is told and saved, and as tough-cookie holds it. Plain data; what comes from a file is checked here.
// Invariant: a time of expiry is a moment, never an age. tough-cookie counts a Max-Age from the last use, so that a cookie in
// use would never end; RFC 6265bis counts it from when the cookie was received.

import { Cookie } from 'tough-cookie';
import { UsageError } from '../../errors.ts';

/** One cookie of a jar. */
export interface StoredCookie {
  /** Empty for a cookie that came without a name. */
  readonly name: string;
  readonly value: string;
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** Sent to this very host only, not to those below it. */
  readonly hostOnly: boolean;
  /** Sent to this path and what is below it. */
  readonly path: string;
  /** Sent over TLS, and to this machine, only. */
  readonly secure: boolean;
  /** Not for scripts of a page; told, and of no effect here. */
  readonly httpOnly: boolean;
  /** Told, and of no effect here: a program is not a site that a request could come from. */
  readonly sameSite: 'strict' | 'lax' | 'none' | null;
  /** Milliseconds since the epoch. Null: until the end of the session, which is that of the jar. */
  readonly expiresMs: number | null;
}

const latestMs = 8_640_000_000_000_000;

/** Turns a Max-Age, which wins over Expires, into the moment at which the cookie ends. */
export function fixExpiry(cookie: Cookie, nowMs: number): void {
  const { maxAge } = cookie;
  if (maxAge === null) return;
  const ageMs = typeof maxAge === 'number' ? maxAge * 1000 : -1;
  cookie.expires = new Date(ageMs <= 0 ? 0 : Math.min(nowMs + ageMs, latestMs));
  cookie.maxAge = null;
}

/** When it ends; null for a cookie of the session. */
export function expiryMs(cookie: Cookie): number | null {
  return cookie.expires instanceof Date ? cookie.expires.getTime() : null;
}

export function toStored(cookie: Cookie): StoredCookie {
  const { sameSite } = cookie;
  return {
    name: cookie.key,
    value: cookie.value,
    domain: cookie.domain ?? '',
    hostOnly: cookie.hostOnly ?? true,
    path: cookie.path ?? '/',
    secure: cookie.secure,
    httpOnly: cookie.httpOnly,
    sameSite: sameSite === 'strict' || sameSite === 'lax' || sameSite === 'none' ? sameSite : null,
    expiresMs: expiryMs(cookie),
  };
}

/** @param place what it is in the list, for the message: values are not told. @throws {UsageError} `bad_input` */
export function fromStored(stored: unknown, place: number): Cookie {
  const fields: Readonly<Record<string, unknown>> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const wrong = Object.entries(checks).find(([name, isRight]) => !isRight(fields[name]))?.[0];
  if (wrong !== undefined) {
    throw new UsageError('bad_input', `cookie ${place + 1} of the saved jar has no usable \`${wrong}\``, {
      hint: 'a saved jar is what `CookieJar.save` or `toJSON` made',
    });
  }
  const { name, value, domain, hostOnly, path, secure, httpOnly, sameSite, expiresMs } = stored as StoredCookie;
  return new Cookie({
    key: name,
    value,
    domain,
    hostOnly,
    path,
    secure,
    httpOnly,
    sameSite: sameSite ?? undefined,
    expires: expiresMs === null ? 'Infinity' : new Date(expiresMs),
  });
}

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
// What would end a header or the cookie must not come in by way of a file either.
const isPart = (value: unknown): boolean => typeof value === 'string' && !forbiddenInCookie.test(value);

/** What may stand neither in the name nor in the value of a cookie. */
export const forbiddenInCookie = /[^\t\x20-\x7e\x80-\xff]|;/;

const checks: Readonly<Record<keyof StoredCookie, (value: unknown) => boolean>> = {
  name: (value) => isPart(value) && !String(value).includes('='),
  value: isPart,
  domain: (value) => typeof value === 'string' && value !== '',
  hostOnly: isBoolean,
  path: (value) => typeof value === 'string' && value.startsWith('/'),
  secure: isBoolean,
  httpOnly: isBoolean,
  sameSite: (value) => value === null || value === 'strict' || value === 'lax' || value === 'none',
  expiresMs: (value) => value === null || (typeof value === 'number' && Math.abs(value) <= latestMs),
};
