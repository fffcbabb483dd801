// Servers that have room for so many requests at once: one that gets slower beyond (a knee), and one
// that turns the rest away. Each path by itself.

import type { OutgoingHttpHeaders } from 'node:http';

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';
import { ServerQueue } from '../server-queue.ts';
import type { Service } from '../service.ts';
import { refuse } from './refuse.ts';

const dayMs = 86_400_000;

/** Paths with room for so many at once. */
export function queueRoutes(service: Service): Route[] {
  return [limitRoute(service), kneeRoute(service)];
}

function limitRoute(service: Service): Route {
  const queues = new Map<string, ServerQueue>();
  return {
    path: '/limit/{n}',
    about:
      '503 when more than n are in flight on that path, or ?over=429|reset|silent|queue; ?retry-after=S adds the header; ?headers=draft tells how many may be in flight; each takes ?ms=20',
    handle(call) {
      const limit = call.number(1, 'the limit', 1_000_000);
      const takesMs = call.option('ms', 20, dayMs);
      const over = call.choice('over', ['503', '429', 'reset', 'silent', 'queue']);
      const retryAfter = call.option('retry-after', -1, dayMs / 1000);
      const style = call.choice('headers', ['none', 'draft']);
      if (limit === null || takesMs === null || over === null || retryAfter === null || style === null) return;
      const queue = queueFor(call, queues, () => new ServerQueue(service.clock, limit, () => takesMs));
      if (over !== 'queue' && queue.present >= limit) {
        refuse(call, over, retryAfter < 0 ? null : Math.ceil(retryAfter));
        return;
      }
      const inFlight = queue.present + 1;
      const policy = style === 'draft' ? concurrencyHeaders(limit, limit - inFlight) : null;
      queue.enter(call, () => call.json(200, { ok: true, limit, inFlight }, { ...policy }));
    },
  };
}

/** As draft-ietf-httpapi-ratelimit-headers-10 says how many may be in flight; it resets by itself as they end. */
function concurrencyHeaders(limit: number, remaining: number): OutgoingHttpHeaders {
  return {
    'RateLimit-Policy': `"in-flight";q=${limit};qu="concurrent-requests"`,
    RateLimit: `"in-flight";r=${Math.max(0, remaining)}`,
  };
}

function kneeRoute(service: Service): Route {
  const queues = new Map<string, ServerQueue>();
  return {
    path: '/knee/{n}',
    about:
      'n at once take ?ms=20 each; more of them wait for their turn, so that n/ms is the most it can do; ?exp=E makes each (present/n)^E slower beyond n',
    handle(call) {
      const servers = call.number(1, 'the number at once', 1_000_000, 1);
      const takesMs = call.option('ms', 20, dayMs);
      const exponent = call.option('exp', 0, 10);
      if (servers === null || takesMs === null || exponent === null) return;
      const serviceMs = (present: number): number => takesMs * Math.max(1, present / servers) ** exponent;
      const queue = queueFor(call, queues, () => new ServerQueue(service.clock, servers, serviceMs));
      const present = queue.present + 1;
      queue.enter(call, () => call.json(200, { ok: true, present }));
    },
  };
}

function queueFor(call: Call, queues: Map<string, ServerQueue>, make: () => ServerQueue): ServerQueue {
  const { path } = call.destination;
  let queue = queues.get(path);
  if (queue === undefined) queues.set(path, (queue = make()));
  return queue;
}
