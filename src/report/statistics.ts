// Counts what happens in a run: the one listener whose numbers the display, the summary and programs share.
// It must not keep anything per record, and must not change the flow.
// Invariant: every count is of this process, except `settled`, which includes what earlier runs had settled.

import type { Clock } from '../concurrency/clock.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import type { Result } from '../http/result.ts';
import { FailureTally, type FailureCount } from './failure-tally.ts';
import { Histogram, type Percentiles } from './histogram.ts';
import { RateMeter } from './rate-meter.ts';
import type { OriginWait, RunEvents } from './run-events.ts';

/** Records that have a result. Their number is ok + failed + unknown. */
export interface SettledCounts {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** Of the `ok` ones, those that the map module skipped. */
  readonly skipped: number;
}

/** An origin that waits, as seen at the time of the snapshot. */
export interface ShownWait {
  readonly origin: string;
  readonly leftMs: number;
  readonly reason: OriginWait['reason'];
  readonly detail: string | null;
}

/** What `RunStatistics` knows at one moment. Plain, frozen data. */
export interface Statistics {
  readonly elapsedMs: number;
  /** Of all runs. */
  readonly settled: SettledCounts;
  /** Of them, those that earlier runs had settled. */
  readonly alreadySettled: SettledCounts;
  readonly attempts: number;
  readonly inFlight: number;
  readonly retries: number;
  readonly resent: number;
  /** Attempts that were not a success, by kind, the most frequent first. */
  readonly attemptFailures: readonly FailureCount[];
  /** Results that are not ok, by kind, the most frequent first, with an example. */
  readonly resultFailures: readonly FailureCount[];
  /** Of attempts that were answered; null before the first. */
  readonly latencyMs: Percentiles | null;
  /** Records settled per second, over the last seconds. */
  readonly perSecond: number;
  /** The longest waits, at most three, the longest first. */
  readonly waits: readonly ShownWait[];
  /** How many origins wait. */
  readonly waitingOrigins: number;
}

const nothingSettled: SettledCounts = { ok: 0, failed: 0, unknown: 0, skipped: 0 };
/** More origins than this are not tracked: nobody reads them, and a crawl may have millions. */
const mostWaits = 1000;
const shownWaits = 3;
/** A rate limit holds an origin many times a second, for moments; shown for so long after, it does not flicker. */
const rateLingerMs = 1000;

/** Listens to a run and counts. Give what a resumed run had already settled as `alreadySettled`. */
export class RunStatistics implements RunEvents {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #alreadySettled: SettledCounts;
  readonly #rate: RateMeter;
  readonly #latency = new Histogram();
  readonly #attemptFailures = new FailureTally();
  readonly #resultFailures = new FailureTally();
  readonly #waits = new Map<string, OriginWait>();
  #ok: number;
  #failed: number;
  #unknown: number;
  #skipped: number;
  #attempts = 0;
  #inFlight = 0;
  #retries = 0;
  #resent = 0;

  constructor(clock: Clock, alreadySettled: Partial<SettledCounts> = {}) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#rate = new RateMeter(this.#startMs);
    this.#alreadySettled = Object.freeze({ ...nothingSettled, ...alreadySettled });
    this.#ok = this.#alreadySettled.ok;
    this.#failed = this.#alreadySettled.failed;
    this.#unknown = this.#alreadySettled.unknown;
    this.#skipped = this.#alreadySettled.skipped;
  }

  attemptStarted(_origin: string, isRedirected: boolean): void {
    if (!isRedirected) this.#attempts++;
    this.#inFlight++;
  }

  attemptEnded(end: AttemptEnd): void {
    this.#inFlight--;
    // Attempts without an answer would pull the percentiles to the timeout, or, refused, to nothing.
    if (end.status !== null) this.#latency.record(end.ms);
    if (end.outcome !== 'success') this.#attemptFailures.add(end.code ?? end.status ?? 'other');
  }

  retryScheduled(): void {
    this.#retries++;
  }

  resent(): void {
    this.#resent++;
  }

  settled(result: Result, nowMs = this.#clock.now()): void {
    this.#rate.mark(nowMs);
    if (result.result === 'ok') {
      this.#ok++;
      if (result.skipped) this.#skipped++;
      return;
    }
    if (result.result === 'failed') this.#failed++;
    else this.#unknown++;
    const { code, message } = result.error;
    const isStatus = code === 'http_status' && result.answer !== null;
    this.#resultFailures.add(isStatus ? result.answer.status : code, message);
  }

  waiting(origin: string, wait: OriginWait | null): void {
    if (wait === null) {
      const reason = this.#waits.get(origin)?.reason;
      if (reason !== 'rate' && reason !== 'retries') this.#waits.delete(origin);
    } else if (this.#waits.size < mostWaits || this.#waits.has(origin)) this.#waits.set(origin, wait);
  }

  /** What is known now. */
  snapshot(): Statistics {
    const nowMs = this.#clock.now();
    const waits = this.#currentWaits(nowMs);
    return Object.freeze({
      elapsedMs: nowMs - this.#startMs,
      settled: Object.freeze({
        ok: this.#ok,
        failed: this.#failed,
        unknown: this.#unknown,
        skipped: this.#skipped,
      }),
      alreadySettled: this.#alreadySettled,
      attempts: this.#attempts,
      inFlight: this.#inFlight,
      retries: this.#retries,
      resent: this.#resent,
      attemptFailures: Object.freeze(this.#attemptFailures.ranked()),
      resultFailures: Object.freeze(this.#resultFailures.ranked()),
      latencyMs: Object.freeze(this.#latency.percentiles()),
      perSecond: this.#rate.perSecond(nowMs),
      waits: Object.freeze(waits.slice(0, shownWaits)),
      waitingOrigins: waits.length,
    });
  }

  #currentWaits(nowMs: number): ShownWait[] {
    const current: ShownWait[] = [];
    for (const { origin, untilMs, reason, detail } of this.#waits.values()) {
      const lingerMs = reason === 'rate' || reason === 'retries' ? rateLingerMs : 0;
      if (untilMs + lingerMs <= nowMs) this.#waits.delete(origin);
      else current.push({ origin, leftMs: Math.max(0, untilMs - nowMs), reason, detail });
    }
    return current.sort((a, b) => (a.leftMs === b.leftMs ? 0 : b.leftMs - a.leftMs));
  }
}

/** How many records have a result. */
export function countSettled(counts: SettledCounts): number {
  return counts.ok + counts.failed + counts.unknown;
}
