// Servers that have had enough: a rate, a number of requests at once, and plain flakiness. Each path is
// limited by itself, so that tests can run side by side.

import { seededRandom } from '../../concurrency/random.ts';
import type { Call } from '../call.ts';
import { reset } from '../misbehave.ts';
import type { Route } from '../route.ts';
import type { Service } from '../service.ts';
import { TokenBucket } from '../token-bucket.ts';

/** Answers 429 with the whole seconds to wait, at least one. */
export function tooManyRequests(call: Call, waitMs: number): void {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  call.json(429, { error: 'too_many_requests', waitMs: Math.ceil(waitMs) }, { 'Retry-After': String(seconds) });
}

/** Paths with a limit. */
export function limitRoutes(service: Service): Route[] {
  return [rateRoute(service), limitRoute(), flakyRoute(service)];
}

function rateRoute(service: Service): Route {
  const buckets = new Map<string, TokenBucket>();
  return {
    path: '/rate/{perSecond}',
    about: '429 with Retry-After beyond that rate; ?burst=N (one second of it); each path by itself',
    handle(call) {
      const perSecond = call.number(1, 'the rate per second', 1_000_000, 0.001);
      if (perSecond === null) return;
      const burst = call.option('burst', Math.max(1, perSecond), 1_000_000, 1);
      if (burst === null) return;
      const { path } = call.destination;
      const nowMs = service.clock.now();
      let bucket = buckets.get(path);
      if (bucket === undefined) buckets.set(path, (bucket = new TokenBucket(perSecond, burst, nowMs)));
      const waitMs = bucket.take(nowMs);
      if (waitMs > 0) tooManyRequests(call, waitMs);
      else call.json(200, { ok: true, perSecond });
    },
  };
}

function limitRoute(): Route {
  const inFlight = new Map<string, number>();
  return {
    path: '/limit/{n}',
    about: '503 when more than n are in flight on that path; each takes ?ms=20',
    handle(call) {
      const limit = call.number(1, 'the limit', 1_000_000);
      const takesMs = call.option('ms', 20, 86_400_000);
      if (limit === null || takesMs === null) return;
      const { path } = call.destination;
      const now = inFlight.get(path) ?? 0;
      if (now >= limit) {
        call.json(503, { error: 'overloaded', limit });
        return;
      }
      inFlight.set(path, now + 1);
      call.onClose(() => inFlight.set(path, (inFlight.get(path) ?? 1) - 1));
      call.after(takesMs, () => call.json(200, { ok: true, limit, inFlight: now + 1 }));
    },
  };
}

function flakyRoute(service: Service): Route {
  const random = seededRandom(service.seed);
  let faults = 0;
  return {
    path: '/flaky/{percent}',
    about:
      'that share of requests meets a 500, a 503 or a reset, in turn; each takes ?ms=0; ?key= stands in for Idempotency-Key',
    handle(call) {
      const percent = call.number(1, 'the percentage', 100);
      const takesMs = call.option('ms', 0, 86_400_000);
      if (percent === null || takesMs === null) return;
      const turn = random() * 100 < percent ? faults++ % 3 : null;
      if (takesMs === 0) answerFlaky(call, turn);
      else call.after(takesMs, () => answerFlaky(call, turn));
    },
  };
}

/** `turn`: which fault it is; null: none. */
function answerFlaky(call: Call, turn: number | null): void {
  if (turn === null)
    call.json(200, { ok: true, key: call.request.headers['idempotency-key'] ?? call.query.get('key') });
  else if (turn === 2) reset(call);
  else call.json(turn === 0 ? 500 : 503, { error: 'flaky' });
}
