// Says in headers what is left of a quota, in the ways that services do. What is said is true, and
// rounded so that whoever waits as long as told is never early. It knows no route and no clock.

import type { OutgoingHttpHeaders } from 'node:http';

/** `openai`: a count and a duration for each unit; `draft`: the IETF's structured fields. */
export const quotaStyles = ['retry-after', 'none', 'ratelimit', 'x-ratelimit', 'openai', 'draft'] as const;
export type QuotaStyle = (typeof quotaStyles)[number];

/** What is to be said. */
export interface Quota {
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** Until the whole limit is there again. */
  readonly resetMs: number;
  /** In how long it fills from nothing. */
  readonly windowMs: number;
}

/**
 * The headers for every answer, none for the styles that only speak when they refuse.
 *
 * - `ratelimit`: `RateLimit-Limit`, `-Remaining`, `-Reset` in seconds (early drafts, widespread)
 * - `x-ratelimit`: the same with `X-`, the reset in seconds since the epoch (GitHub)
 * - `openai`: `x-ratelimit-limit-requests`, `-remaining-requests`, `-reset-requests` as `6m0s` or `17ms`
 * - `draft`: `RateLimit-Policy: "default";q=10;w=1`, `RateLimit: "default";r=3;t=1`
 *   (draft-ietf-httpapi-ratelimit-headers-10)
 */
export function quotaHeaders(style: QuotaStyle, quota: Quota, wallNowMs: number): OutgoingHttpHeaders {
  const { unit, limit, remaining, resetMs, windowMs } = quota;
  const resetSeconds = Math.ceil(resetMs / 1000);
  switch (style) {
    case 'ratelimit':
      return { 'RateLimit-Limit': limit, 'RateLimit-Remaining': remaining, 'RateLimit-Reset': resetSeconds };
    case 'x-ratelimit': {
      const epochSeconds = Math.ceil((wallNowMs + resetMs) / 1000);
      return { 'X-RateLimit-Limit': limit, 'X-RateLimit-Remaining': remaining, 'X-RateLimit-Reset': epochSeconds };
    }
    case 'openai':
      return {
        [`x-ratelimit-limit-${unit}`]: limit,
        [`x-ratelimit-remaining-${unit}`]: remaining,
        [`x-ratelimit-reset-${unit}`]: durationOf(resetMs),
      };
    case 'draft':
      return {
        'RateLimit-Policy': `"default";q=${limit};w=${Math.max(1, Math.ceil(windowMs / 1000))}`,
        RateLimit: `"default";r=${remaining};t=${resetSeconds}`,
      };
    default:
      return {};
  }
}

/** As Go writes durations, in whole milliseconds or seconds: `17ms`, `1.5s`, `6m0s`. */
function durationOf(ms: number): string {
  const wholeMs = Math.ceil(ms);
  if (wholeMs < 1000) return `${wholeMs}ms`;
  const minutes = Math.floor(wholeMs / 60_000);
  const seconds = (wholeMs - minutes * 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
