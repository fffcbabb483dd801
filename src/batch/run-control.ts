// What can be seen and changed of a run while it goes on: the engine, the governor and the counts of a
// run as one `ControlledRun`. Every value is checked before anything is changed.

import type { Clock } from '../concurrency/clock.ts';
import type { Rate } from '../concurrency/limits/pacer.ts';
import { parseRate } from '../concurrency/limits/parse-rate.ts';
import type { ControlledRun, OriginStatus, RunChange, RunStatus, WaitingFor } from '../control/controlled-run.ts';
import type { Engine } from '../engine/engine.ts';
import type { Job } from '../engine/job.ts';
import type { Lane } from '../engine/lane.ts';
import type { Governor, GovernorChange } from '../govern/governor.ts';
import type { ProgressSnapshot } from '../report/progress-snapshot.ts';
import type { OriginWait } from '../report/run-events.ts';
import { countSettled } from '../report/statistics.ts';
import { badOption } from './options/bad-option.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';

export interface RunControlParts {
  readonly runId: string | null;
  readonly options: Pick<
    ResolvedOptions,
    'input' | 'output' | 'concurrency' | 'perOrigin' | 'rates' | 'plan' | 'costFrom'
  >;
  /** What this machine allows in flight. */
  readonly machineLimit: number;
  readonly engine: Engine;
  readonly governor: Governor;
  readonly clock: Clock;
  readonly snapshot: () => ProgressSnapshot;
}

const mostOrigins = 50;

const reasons: Readonly<Record<OriginWait['reason'], string>> = {
  rate: 'its rate',
  'retry-after': 'it asked us to wait',
  quota: 'what it allows is used up',
  outage: 'it is down',
  retries: 'more retries than it answers',
};

export class RunControl implements ControlledRun {
  readonly #parts: RunControlParts;
  #concurrency: number | 'auto';
  #perOrigin: number | null;
  #rates: readonly Rate[];

  constructor(parts: RunControlParts) {
    this.#parts = parts;
    this.#concurrency = parts.options.concurrency;
    this.#perOrigin = parts.options.perOrigin;
    this.#rates = parts.options.rates;
  }

  get state(): RunStatus['state'] {
    const { mode } = this.#parts.engine;
    return mode === 'stopping' ? 'draining' : mode;
  }

  /** The rates that hold now, as they were written; null: none. */
  get rateText(): string | null {
    return this.#rates.length === 0 ? null : this.#rates.map(({ text }) => text).join(', ');
  }

  status(): RunStatus {
    const { engine, governor, options, runId, snapshot } = this.#parts;
    const { statistics, total } = snapshot();
    const lanes = [...engine.lanes].toSorted((a, b) => busyness(b) - busyness(a));
    return {
      runId,
      pid: process.pid,
      input: options.input,
      output: options.output,
      state: this.state,
      elapsedMs: statistics.elapsedMs,
      done: countSettled(statistics.settled),
      total,
      perSecond: statistics.perSecond,
      inFlight: engine.inFlight,
      concurrency: this.#concurrency,
      ceiling: governor.statistics().limit,
      perOrigin: this.#perOrigin,
      rates: this.#rates.map(({ text }) => text),
      local: governor.local.explanation,
      origins: lanes.slice(0, mostOrigins).map((lane) => this.#originStatus(lane)),
      moreOrigins: Math.max(0, lanes.length - mostOrigins),
    };
  }

  pause(): void {
    this.#parts.engine.pause();
  }

  resume(): void {
    this.#parts.engine.resume();
  }

  drain(): void {
    this.#parts.engine.drain();
  }

  set(change: RunChange): void {
    const { concurrency = this.#concurrency, perOrigin = this.#perOrigin, rate } = change;
    if (concurrency !== 'auto') requireWhole(concurrency, 'concurrency', 'a whole number from 1 up, or auto');
    if (perOrigin !== null) requireWhole(perOrigin, 'perOrigin', 'a whole number from 1 up, or null');
    const rates = rate === undefined ? this.#rates : readRates(rate);
    const { engine, governor, machineLimit } = this.#parts;
    this.#refuseUncounted(rates);
    const limits: GovernorChange = {
      concurrency: concurrency === 'auto' ? machineLimit : Math.min(machineLimit, concurrency),
      findsConcurrency: concurrency === 'auto',
      perOrigin,
    };
    const isOtherLimit = change.concurrency !== undefined || change.perOrigin !== undefined;
    governor.change({ ...(isOtherLimit ? limits : {}), ...(rate === undefined ? {} : { rates }) });
    this.#concurrency = concurrency;
    this.#perOrigin = perOrigin;
    this.#rates = rates;
    engine.limitsChanged();
  }

  /** What requests cost is read from the start on, or not at all. */
  #refuseUncounted(rates: readonly Rate[]): void {
    const { plan, costFrom } = this.#parts.options;
    const rate = rates.find(({ unit }) => unit === 'cost');
    if (rate === undefined || costFrom !== null || plan.countsCost === true) return;
    const hint = 'stop the run, and go on with the same command and this --rate';
    throw badOption('`rate`', 'rates of requests, since this run counts no costs', rate.text, hint);
  }

  #originStatus(lane: Lane<Job>): OriginStatus {
    const { origin, limit, inFlight, adaptive, breaker, attempts } = lane.gate.statistics();
    return {
      origin,
      limit,
      inFlight,
      waiting: lane.size,
      waitingFor: this.#waitingFor(lane),
      latencyMs: { base: adaptive.baseMs, recent: adaptive.recentMs },
      breaker,
      attempts,
    };
  }

  #waitingFor({ size, gate, announcedUntilMs, announcedReason }: Lane<Job>): WaitingFor | null {
    if (size === 0) return null;
    const nowMs = this.#parts.clock.now();
    if (announcedUntilMs > nowMs) {
      const reason = reasons[announcedReason];
      const detail = announcedReason === 'retries' ? null : gate.waitDetail;
      const leftMs = announcedUntilMs === Infinity ? null : announcedUntilMs - nowMs;
      return { reason: detail === null ? reason : `${reason}: ${detail}`, leftMs };
    }
    return gate.inFlight >= gate.limit ? { reason: 'its limit', leftMs: null } : null;
  }
}

function busyness(lane: Lane<Job>): number {
  return lane.gate.inFlight + lane.size;
}

function requireWhole(value: unknown, name: string, expectation: string): void {
  if (!Number.isSafeInteger(value) || Number(value) < 1) throw badOption(`\`${name}\``, expectation, value);
}

function readRates(texts: readonly string[]): readonly Rate[] {
  if (!Array.isArray(texts)) throw badOption('`rate`', 'a list of rates such as 10/s', texts);
  return texts.length === 1 && texts[0] === 'none' ? [] : texts.map((text) => parseRate(text, '`rate`'));
}
