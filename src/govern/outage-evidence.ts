// What the end of one attempt says about its origin as a whole: that it lives, that it may be down, or
// nothing. Pure. It does not count: the breaker does. What is about one record (a permanent error), about
// this machine (local_limit) or a server that speaks for itself (429 or 503 with a time to wait) says nothing.

import type { ErrorCode } from '../errors.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';

/** How much the end of an attempt tells. `strong`, `medium` and `weak` tell of an outage. */
export type Evidence = 'alive' | 'nothing' | 'weak' | 'medium' | 'strong';

/**
 * Failures that take so long weigh more while few are in flight: hardly another record has its turn
 * during a backoff (250 ms on average after the first attempt), so that the same few would burn all their attempts.
 */
const slowMs = 250;
const fewInFlight = 4;

const byCode: Readonly<Partial<Record<ErrorCode, Evidence>>> = {
  connect_refused: 'strong',
  connect_failed: 'strong',
  connect_timeout: 'strong',
  // A name that does not exist comes with the same code as a name server that does not answer.
  dns_failed: 'medium',
  proxy_failed: 'medium',
  connection_reset: 'medium',
  connection_closed: 'medium',
  body_cut: 'medium',
  timeout: 'medium',
};

/** What this end tells. `inFlight` counts it too. */
export function evidenceOf(end: AttemptEnd, inFlight: number): Evidence {
  const { outcome, status } = end;
  // A permanent error without a status is ours or TLS's: nobody answered.
  if (outcome === 'success' || (outcome === 'permanent' && status !== null)) return 'alive';
  if (outcome === 'permanent') return 'nothing';
  const evidence = status === null ? ofCode(end.code) : ofStatus(status, end.headers);
  return evidence === 'medium' && end.ms >= slowMs && inFlight <= fewInFlight ? 'strong' : evidence;
}

function ofCode(code: ErrorCode | null): Evidence {
  return code === null ? 'nothing' : (byCode[code] ?? 'nothing');
}

function ofStatus(status: number, headers: readonly string[]): Evidence {
  if ((status === 429 || status === 503) && saysWhen(headers, status === 429)) return 'nothing';
  return status === 502 || status === 503 || status === 504 ? 'medium' : 'weak';
}

/** A quota explains a 429. On a 503 it stands only because a gateway writes it on everything. */
function saysWhen(headers: readonly string[], quotaTells: boolean): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name.includes('retry-after')) return true;
    if (quotaTells && (name.includes('ratelimit') || name.includes('rate-limit'))) return true;
  }
  return false;
}
