// Servers that allow so many requests, or so many tokens of a language model, in a time, and say so in
// one of the usual ways. Each path has a rate of its own, so that tests can run side by side.

import type { Call } from '../call.ts';
import { quotaHeaders, quotaStyles, type Quota, type QuotaStyle } from '../quota-headers.ts';
import type { Route } from '../route.ts';
import type { Service } from '../service.ts';
import { TokenBucket } from '../token-bucket.ts';
import { overQuota, refuse, tooManyRequests } from './refuse.ts';

/** Paths with a rate. */
export function rateRoutes(service: Service): Route[] {
  return [rateRoute(service), tokensRoute(service)];
}

function rateRoute(service: Service): Route {
  const buckets = new Map<string, TokenBucket>();
  return {
    path: '/rate/{perSecond}',
    about: `429 beyond that rate; ?burst=N (one second of it); ?headers=${quotaStyles.join('|')}; each path by itself`,
    handle(call) {
      const perSecond = call.number(1, 'the rate per second', 1_000_000, 0.001);
      if (perSecond === null) return;
      const burst = call.option('burst', Math.max(1, perSecond), 1_000_000, 1);
      if (burst === null) return;
      const style = call.choice('headers', quotaStyles);
      if (style === null) return;
      const bucket = bucketFor(call, buckets, perSecond, burst);
      const waitMs = bucket.take(service.clock.now());
      const quota = quotaOf(call, bucket, 'requests', burst, perSecond);
      if (waitMs > 0) refuseFor(call, style, waitMs, quota);
      else call.json(200, { ok: true, perSecond }, quotaHeaders(style, quota, service.clock.wallNow()));
    },
  };
}

function tokensRoute(service: Service): Route {
  const buckets = new Map<string, TokenBucket>();
  return {
    path: '/tokens/{perMinute}',
    about:
      'plays a language model: 429 beyond so many tokens a minute; a request costs ?tokens=100 and one for 4 bytes of its body, as usage.total_tokens says; ?burst=N (one minute of it), ?ms=0, ?headers=openai|… as /rate',
    keepsBody: true,
    handle(call) {
      const perMinute = call.number(1, 'the tokens per minute', 1e9, 1);
      const completion = call.option('tokens', 100, 1_000_000);
      const takesMs = call.option('ms', 0, 86_400_000);
      if (perMinute === null || completion === null || takesMs === null) return;
      const burst = call.option('burst', perMinute, 1e9, 1);
      const style = burst === null ? null : call.choice('headers', ['openai', ...quotaStyles]);
      if (burst === null || style === null) return;
      const bucket = bucketFor(call, buckets, perMinute / 60, burst);
      const prompt = Math.ceil(call.body.length / 4);
      const total = prompt + completion;
      if (total > burst) {
        call.json(400, { error: 'too_many_tokens', message: `${total} tokens are more than ${burst} at once` });
        return;
      }
      const waitMs = bucket.take(service.clock.now(), total);
      const quota = quotaOf(call, bucket, 'tokens', burst, perMinute / 60);
      if (waitMs > 0) {
        refuseFor(call, style, waitMs, quota);
        return;
      }
      const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total };
      const headers = quotaHeaders(style, quota, service.clock.wallNow());
      const answer = (): void => call.json(200, { ok: true, usage }, headers);
      if (takesMs === 0) answer();
      else call.after(takesMs, answer);
    },
  };
}

function bucketFor(call: Call, buckets: Map<string, TokenBucket>, perSecond: number, burst: number): TokenBucket {
  const { path } = call.destination;
  let bucket = buckets.get(path);
  if (bucket === undefined) {
    bucket = new TokenBucket(perSecond, burst, call.service.clock.now());
    buckets.set(path, bucket);
  }
  return bucket;
}

function quotaOf(call: Call, bucket: TokenBucket, unit: Quota['unit'], limit: number, perSecond: number): Quota {
  const nowMs = call.service.clock.now();
  const windowMs = (limit / perSecond) * 1000;
  return { unit, limit, remaining: bucket.remaining(nowMs), resetMs: bucket.fullInMs(nowMs), windowMs };
}

function refuseFor(call: Call, style: QuotaStyle, waitMs: number, quota: Quota): void {
  if (style === 'retry-after') tooManyRequests(call, waitMs);
  else if (style === 'none') refuse(call, '429', null);
  else overQuota(call, quota.resetMs, quotaHeaders(style, quota, call.service.clock.wallNow()));
}
