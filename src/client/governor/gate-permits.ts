// The gate of one origin as something that one can wait at: the line, the promises and the timer are those of
// every source of permits; what passes is decided by the gate of the governor. It learns from what the
// permits bring back.

import { PermitSource } from '../../concurrency/limits/permit-source.ts';
import type { Clock } from '../../concurrency/clock.ts';
import type { Gate, WaitReason } from '../../govern/gate.ts';
import type { Governor } from '../../govern/governor.ts';
import { attemptEndOf, reportOf, transportErrorOf } from './attempt-report.ts';
import type { AttemptReport } from './attempt-report.ts';

/** What a gate needs besides. */
export interface GateSurroundings {
  readonly governor: Governor;
  readonly clock: Clock;
  /** Gates whose first in line waits until any permit comes back, longest first. */
  readonly blocked: Set<GatePermits>;
}

/** A gate at one moment. */
export interface GatePermitsStatistics {
  readonly origin: string;
  /** The most that may be in flight now; learned with `concurrency: 'auto'`. */
  readonly limit: number;
  readonly inFlight: number;
  /** How many wait for a permit. */
  readonly waiting: number;
  /** What the first of them waits for: a permit that comes back, or a time. */
  readonly waitsFor: 'permit' | WaitReason | null;
  /** The same in words, if there are any. */
  readonly detail: string | null;
  readonly breaker: 'closed' | 'open' | 'probing';
}

/**
 * Permits for requests to one origin, from `governor.gate(url)`.
 *
 * A permit that comes back tells what became of its request: `permit.release({ status, headers })`, or
 * `permit.release({ error })`. With `with` and `wrap` that is told by itself: an answer (of `fetch`, or anything that has a
 * `status` and `headers`) tells its status and headers, any other value is a success, and what is thrown is a failure. A permit
 * that comes back without a word teaches nothing.
 */
export class GatePermits extends PermitSource<AttemptReport> {
  readonly origin: string;
  readonly #surroundings: GateSurroundings;
  #isBlocked = false;

  constructor(origin: string, surroundings: GateSurroundings) {
    super(surroundings.clock);
    this.origin = origin;
    this.#surroundings = surroundings;
  }

  /** Something has changed. For its governor. */
  wake(): void {
    this.letIn();
  }

  statistics(): GatePermitsStatistics {
    const { origin, waiting } = this;
    const gate = this.#gate;
    const { limit, inFlight, breaker } = gate.statistics();
    const byTime = waiting > 0 && !this.#isBlocked;
    const waitsFor = byTime ? gate.waitReason : waiting > 0 ? 'permit' : null;
    return { origin, limit, inFlight, waiting, waitsFor, detail: byTime ? gate.waitDetail : null, breaker };
  }

  protected override tryTake(nowMs: number, cost: number): number {
    const { blocked } = this.#surroundings;
    const waitMs = this.#gate.tryTake(nowMs, cost);
    this.#isBlocked = waitMs === Infinity;
    if (this.#isBlocked) blocked.add(this);
    else if (blocked.size > 0) blocked.delete(this);
    return waitMs;
  }

  protected override giveBack(nowMs: number, cost: number, heldMs: number, told: AttemptReport = {}): void {
    const { governor } = this.#surroundings;
    const gate = this.#gate;
    const error = told.error === undefined ? null : transportErrorOf(told.error, new URL(this.origin).host);
    if (error !== null) governor.tellShortage(error, nowMs);
    gate.release(attemptEndOf(told, this.origin, heldMs), nowMs);
    try {
      if (told.cost === undefined) return;
      this.checkCost(told.cost);
      gate.correctCost(nowMs, told.cost - cost, nowMs - heldMs);
    } finally {
      this.#wakeOthers();
    }
  }

  protected override judge(threw: boolean, value: unknown): AttemptReport {
    return reportOf(threw, value);
  }

  /** The governor may forget a gate at which nothing happens, so it is looked up each time. */
  get #gate(): Gate {
    return this.#surroundings.governor.gate(this.origin);
  }

  /** What came back may be what others wait for. In turn, so that no origin takes all permits of the run. */
  #wakeOthers(): void {
    const { governor, blocked } = this.#surroundings;
    // Who is still blocked goes to the end of the set, and would be met again.
    let left = blocked.size;
    for (const gate of blocked) {
      if (left-- === 0 || governor.free <= 0) return;
      blocked.delete(gate);
      gate.wake();
    }
  }
}
