// Redirects: a chain of them, and one to anywhere. Where they lead is not checked, since bad places are
// what some tests are about.

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';

/** Paths that lead elsewhere. */
export const redirectRoutes: readonly Route[] = [
  {
    path: '/redirect/{n}',
    about: 'n redirects, then a greeting; ?status=302',
    handle(call) {
      const hops = call.number(1, 'the number of redirects', 1000);
      if (hops === null) return;
      const { base, search } = call.destination;
      if (hops < 1) call.json(200, { hello: 'redirected', message: 'Hello, redirected!' });
      else if (hops < 2) redirect(call, `${base}/hello/redirected`);
      else redirect(call, `${base}/redirect/${Math.floor(hops) - 1}${search === '' ? '' : `?${search}`}`);
    },
  },
  {
    path: '/redirect-to',
    about: 'one redirect to ?url=, wherever that is; ?status=302',
    handle(call) {
      const url = call.query.get('url');
      if (url !== null)
        redirect(
          call,
          url.replaceAll(/[^!-~]/gu, (character) => encodeURIComponent(character)),
        );
      else
        call.json(400, { error: 'bad_request', message: 'there is no url', hint: 'write /redirect-to?url=/hello/you' });
    },
  },
];

function redirect(call: Call, location: string): void {
  const status = call.option('status', 302, 399, 300);
  if (status !== null) call.json(Math.floor(status), { location }, { Location: location });
}
