// A service that is down for a while and then well again. The time counts from the start of the service
// (or its last reset), or from the request after so many. Each path by itself.

import type { Route } from '../route.ts';
import type { Service } from '../service.ts';
import { refuse } from './refuse.ts';

const dayMs = 86_400_000;

interface Outage {
  requests: number;
  /** On the service's clock; null: not yet known. */
  beginsMs: number | null;
}

/** The path that is down for a while. */
export function outageRoute(service: Service): Route {
  const startedMs = service.clock.now();
  const outages = new Map<string, Outage>();
  return {
    path: '/outage',
    about:
      'down from ?after=0 on for ?for=10 seconds, ?how=503|reset|silent; ?afterRequests=N counts requests instead of the time since the start; well answers take ?ms=0',
    handle(call) {
      const afterSeconds = call.option('after', 0, dayMs / 1000);
      const forSeconds = call.option('for', 10, dayMs / 1000);
      const afterRequests = call.option('afterRequests', -1, Number.MAX_SAFE_INTEGER);
      const takesMs = call.option('ms', 0, dayMs);
      const how = call.choice('how', ['503', 'reset', 'silent']);
      if (afterSeconds === null || forSeconds === null || afterRequests === null || takesMs === null || how === null)
        return;
      const nowMs = service.clock.now();
      const { path } = call.destination;
      let outage = outages.get(path);
      if (outage === undefined) {
        outage = { requests: 0, beginsMs: afterRequests < 0 ? startedMs + afterSeconds * 1000 : null };
        outages.set(path, outage);
      }
      outage.requests++;
      if (outage.beginsMs === null && outage.requests > afterRequests) outage.beginsMs = nowMs;
      const { beginsMs } = outage;
      if (beginsMs !== null && nowMs >= beginsMs && nowMs < beginsMs + forSeconds * 1000) refuse(call, how, null);
      else if (takesMs === 0) call.json(200, { ok: true });
      else call.after(takesMs, () => call.json(200, { ok: true }));
    },
  };
}
