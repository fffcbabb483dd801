// Cookies and credentials.

import { timingSafeEqual } from 'node:crypto';

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';

/** Paths that look at who asks. */
export const sessionRoutes: readonly Route[] = [
  {
    path: '/cookies',
    about: 'the cookies received; /cookies/set?name=value sets them',
    handle(call) {
      if (call.segment(1) === 'set') setCookies(call);
      else call.json(200, { cookies: cookiesOf(call) });
    },
  },
  {
    path: '/auth/basic/{user}/{password}',
    about: '401 to all others; /auth/bearer/{token} likewise',
    handle(call) {
      const isBasic = call.segment(1) === 'basic';
      const wanted = isBasic
        ? `Basic ${Buffer.from(`${call.segment(2)}:${call.segment(3)}`).toString('base64')}`
        : `Bearer ${call.segment(2)}`;
      if (isSame(call.request.headers.authorization ?? '', wanted)) {
        call.json(200, { authenticated: true, ...(isBasic ? { user: call.segment(2) } : {}) });
        return;
      }
      const challenge = `${isBasic ? 'Basic' : 'Bearer'} realm="manyfetch target"`;
      call.json(401, { authenticated: false, error: 'unauthorized' }, { 'WWW-Authenticate': challenge });
    },
  },
];

function setCookies(call: Call): void {
  const set = [...call.query].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}; Path=/`,
  );
  call.json(200, { set: set.length }, { 'Set-Cookie': set });
}

function cookiesOf(call: Call): Record<string, string> {
  const pairs = (call.request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return Object.fromEntries(
    pairs
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name, value.join('=')];
      }),
  );
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
