// The plain paths: a welcome that lists what there is, a greeting, any status.

import type { OutgoingHttpHeaders } from 'node:http';

import type { Route } from '../route.ts';

/** The plain paths. `listed` gives the routes to list, once all are there. */
export function basicRoutes(listed: () => readonly Route[]): Route[] {
  return [
    {
      path: '/',
      about: 'this list',
      handle(call) {
        const paths = Object.fromEntries(listed().map((route) => [route.path, route.about]));
        call.json(200, { service: 'manyfetch target', message: 'Any method goes on any path.', paths });
      },
    },
    {
      path: '/hello/{name}',
      about: 'a greeting',
      handle(call) {
        const name = call.segment(1) || 'world';
        call.json(200, { hello: name, message: `Hello, ${name}!` });
      },
    },
    {
      path: '/status/{code}',
      about: 'that status; ?retry-after=VALUE adds the header',
      handle(call) {
        const status = call.number(1, 'the status', 999, 200);
        if (status === null) return;
        const wait = call.query.get('retry-after');
        const headers: OutgoingHttpHeaders = wait === null ? {} : { 'Retry-After': wait.replaceAll(/[^ -~]/g, '') };
        call.json(Math.floor(status), { status: Math.floor(status) }, headers);
      },
    },
  ];
}
