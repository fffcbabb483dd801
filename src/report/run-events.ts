// What the engine tells those who listen. Listeners count and draw; they cannot change the flow.
// Called on the hot path: an implementation must be cheap and must not throw.

import type { AttemptEnd } from '../http/attempt-end.ts';
import type { Result } from '../http/result.ts';

/** Why an origin's records wait. */
export interface OriginWait {
  readonly origin: string;
  /** When it ends, on the monotonic clock, in milliseconds; `Infinity`: nobody can tell, since it is being asked. */
  readonly untilMs: number;
  /** `quota`: what it allows until then is used up, as its headers say. `retries`: more of them than succeed would double the load. */
  readonly reason: 'retry-after' | 'quota' | 'rate' | 'outage' | 'retries';
  /** More about it, in words. */
  readonly detail: string | null;
}

/** Receives what happens in a run. */
export interface RunEvents {
  /** `isRedirected`: it is the attempt that is under way already, at the place where a redirect led. */
  attemptStarted(origin: string, isRedirected: boolean): void;
  attemptEnded(end: AttemptEnd): void;
  /** The record will be tried again in `delayMs`. */
  retryScheduled(delayMs: number): void;
  /** A request that found a dead keep-alive connection was sent again, at no cost. */
  resent(): void;
  /** `nowMs`: on the monotonic clock. */
  settled(result: Result, nowMs: number): void;
  /** An origin waits (or, with null, waits no more). */
  waiting(origin: string, wait: OriginWait | null): void;
}
