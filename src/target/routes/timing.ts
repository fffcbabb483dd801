// Paths that take their time.

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';

const dayMs = 86_400_000;

/** Paths that take their time. */
export const timingRoutes: readonly Route[] = [
  {
    path: '/delay/{seconds}',
    about: 'answers after so long, e.g. /delay/0.25',
    handle(call) {
      const seconds = call.number(1, 'the delay in seconds', dayMs / 1000);
      if (seconds !== null) call.after(seconds * 1000, () => call.json(200, { delayed: seconds }));
    },
  },
  {
    path: '/drip/{n}',
    about: 'n bytes, one each ?ms=1000',
    handle(call) {
      const bytes = call.number(1, 'the number of bytes', 1_000_000);
      const everyMs = call.option('ms', 1000, dayMs);
      if (bytes === null || everyMs === null) return;
      call.head(200, { 'Content-Type': 'text/plain', 'Content-Length': Math.floor(bytes) });
      call.response.flushHeaders();
      drip(call, Math.floor(bytes), everyMs);
    },
  },
  {
    path: '/silent',
    about: 'takes the request and never answers',
    handle(call) {
      call.service.counters.answered('silent');
    },
  },
];

function drip(call: Call, left: number, everyMs: number): void {
  if (left === 0) {
    call.response.end();
    return;
  }
  call.after(everyMs, () => {
    call.response.write('.');
    drip(call, left - 1, everyMs);
  });
}
