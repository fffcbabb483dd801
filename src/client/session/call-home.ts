// What a call needs of the session that it belongs to.

import type { OriginPermits } from './origin-permits.ts';
import type { RequestPlanner } from './planned-request.ts';
import type { ResolvedClientOptions } from './resolve-client-options.ts';
import type { SendingParts } from './sending.ts';
import type { Bagged } from '../../concurrency/containers/bag.ts';

export interface CallHome {
  readonly options: ResolvedClientOptions;
  readonly parts: SendingParts;
  readonly permits: OriginPermits;
  readonly planner: RequestPlanner;
  /** Of all calls so far. */
  readonly counts: { sent: number; retried: number; resent: number };
  /** What the jar has for a URL; null: nothing. */
  cookieHeader(url: string): string | null;
  storeCookies(url: string, setCookie: readonly string[]): void;
  /** Nothing of the call is left. */
  over(call: Bagged): void;
}
