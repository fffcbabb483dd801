// What can be seen of a run while it goes on, and what can be changed of it: the contract between a run
// and whoever controls it, from the same process or from another one. Plain data that JSON can carry:
// every number is finite, what is not known is null. It must not know how a run works.

/** Why the records of an origin wait. */
export interface WaitingFor {
  /** Words for people, such as `it asked us to wait` or `its rate`. */
  readonly reason: string;
  /** null: until something happens, which no clock can tell. */
  readonly leftMs: number | null;
}

/** One origin (scheme, host, port) at one moment. */
export interface OriginStatus {
  readonly origin: string;
  /** Requests that may be in flight there now. */
  readonly limit: number;
  readonly inFlight: number;
  /** Records that wait for this origin. */
  readonly waiting: number;
  readonly waitingFor: WaitingFor | null;
  /** `base`: without load, as far as it is known. `recent`: as it is now. */
  readonly latencyMs: { readonly base: number | null; readonly recent: number | null };
  /** `open`: the origin is down, and records wait. `probing`: one request tests it. */
  readonly breaker: 'closed' | 'open' | 'probing';
  /** Attempts that ended so far; null where nobody counts them. */
  readonly attempts: { readonly ok: number; readonly failed: number } | null;
}

/** A run at one moment. */
export interface RunStatus {
  /** null: the run writes to standard output and cannot be resumed. */
  readonly runId: string | null;
  readonly pid: number;
  readonly input: string;
  readonly output: string;
  /** `paused`: nothing new is started until it is resumed. `draining`: it ends with what is in flight. */
  readonly state: 'running' | 'paused' | 'draining';
  readonly elapsedMs: number;
  /** Records that have a result, those of earlier processes included. */
  readonly done: number;
  /** null: not known yet. */
  readonly total: number | null;
  readonly perSecond: number;
  readonly inFlight: number;
  /** What was asked for. */
  readonly concurrency: number | 'auto';
  /** Requests in flight at most, over all origins: what was asked for, or what this machine allows. */
  readonly ceiling: number;
  /** What was asked for each origin; null: no limit but the others. */
  readonly perOrigin: number | null;
  /** As they were written, such as `50/s`. */
  readonly rates: readonly string[];
  /** What this machine is short of, as a sentence; null: nothing. */
  readonly local: string | null;
  /** At most 50, the busiest first. */
  readonly origins: readonly OriginStatus[];
  /** Origins besides these. */
  readonly moreOrigins: number;
}

/** What is to be different from now on. What is left out stays as it is. */
export interface RunChange {
  readonly concurrency?: number | 'auto';
  /** Takes the place of all rates there are; `[]` or `['none']`: no rate. */
  readonly rate?: readonly string[];
  /** null: no limit for each origin. */
  readonly perOrigin?: number | null;
}

/** A run that goes on, to be looked at and changed. Every call takes effect before it returns. */
export interface ControlledRun {
  status(): RunStatus;
  /** Starts nothing new until `resume`; what is in flight goes on. Twice is once. */
  pause(): void;
  /** Ends a pause. It does not undo `drain`. */
  resume(): void;
  /** Starts no new record, finishes those that were begun, then ends as a stop does: it can be resumed. */
  drain(): void;
  /**
   * Changes limits. All values are checked before anything changes.
   *
   * @throws UsageError `bad_option`
   */
  set(change: RunChange): void;
}
