// The ways in which a limit turns a request away. Each counts as refused, and what asks to wait is noted,
// so that the counters can tell who came back too early.

import type { OutgoingHttpHeaders } from 'node:http';

import type { Call } from '../call.ts';
import { reset } from '../misbehave.ts';

/** How a request can be turned away; `silent` never answers. */
export type Refusal = '429' | '503' | 'reset' | 'silent';

/** Turns a request away; with `retryAfterSeconds` an answer names the wait. */
export function refuse(call: Call, how: Refusal, retryAfterSeconds: number | null): void {
  const { counters, clock } = call.service;
  const isAnswered = how === '429' || how === '503';
  const waitMs = isAnswered && retryAfterSeconds !== null ? retryAfterSeconds * 1000 : null;
  counters.refused(clock.now(), call.countedPath, waitMs);
  if (how === 'reset') reset(call);
  else if (how === 'silent') counters.answered('silent');
  else refuseWith(call, Number(how), retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) });
}

/** Answers 429 with the whole seconds to wait, at least one. */
export function tooManyRequests(call: Call, waitMs: number): void {
  refuse(call, '429', Math.max(1, Math.ceil(waitMs / 1000)));
}

/** Answers 429 with headers that tell of a quota, which is there again in `resetMs`. */
export function overQuota(call: Call, resetMs: number, headers: OutgoingHttpHeaders): void {
  const { counters, clock } = call.service;
  counters.refused(clock.now(), call.countedPath, resetMs);
  refuseWith(call, 429, headers);
}

function refuseWith(call: Call, status: number, headers: OutgoingHttpHeaders): void {
  call.json(status, { error: status === 429 ? 'too_many_requests' : 'overloaded' }, headers);
}
