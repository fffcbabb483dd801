// A run that only notes what it is told: for tests of what talks to runs.

import type { ControlledRun, OriginStatus, RunChange, RunStatus } from '../control/controlled-run.ts';
import { UsageError } from '../errors.ts';

/** An origin with nothing special about it. */
export function originStatus(changes: Partial<OriginStatus> = {}): OriginStatus {
  return {
    origin: 'http://a.test',
    limit: 20,
    inFlight: 12,
    waiting: 1_300,
    waitingFor: null,
    latencyMs: { base: 80, recent: 124.6 },
    breaker: 'closed',
    attempts: { ok: 700, failed: 3 },
    ...changes,
  };
}

/** A run in the middle. */
export function runStatus(changes: Partial<RunStatus> = {}): RunStatus {
  return {
    runId: '6f1e8f6e-0000-4000-8000-000000000000',
    pid: 4711,
    input: 'in.jsonl',
    output: 'out.jsonl',
    state: 'running',
    elapsedMs: 125_000,
    done: 700,
    total: 2_000,
    perSecond: 98.4,
    inFlight: 12,
    concurrency: 'auto',
    ceiling: 900,
    perOrigin: null,
    rates: [],
    local: null,
    origins: [originStatus()],
    moreOrigins: 0,
    ...changes,
  };
}

/** Takes every command, and tells which in `calls`. A concurrency of 0 is refused. */
export class NotingRun implements ControlledRun {
  readonly calls: unknown[] = [];
  current: RunStatus;

  constructor(changes: Partial<RunStatus> = {}) {
    this.current = runStatus(changes);
  }

  status(): RunStatus {
    return this.current;
  }

  pause(): void {
    this.calls.push('pause');
    this.current = { ...this.current, state: 'paused' };
  }

  resume(): void {
    this.calls.push('resume');
    this.current = { ...this.current, state: 'running' };
  }

  drain(): void {
    this.calls.push('drain');
    this.current = { ...this.current, state: 'draining' };
  }

  set(change: RunChange): void {
    if (change.concurrency === 0) throw new UsageError('bad_option', 'Expected more than 0', { hint: 'write 1' });
    this.calls.push(change);
    const { rate, ...limits } = change;
    this.current = { ...this.current, ...limits, ...(rate === undefined ? {} : { rates: rate }) };
  }
}
