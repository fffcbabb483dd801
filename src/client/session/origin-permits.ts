// The limits of a client: how many requests it has on their way, in all and to one origin, and how often it sends.
// A request waits at the gate of its origin for all of them together, and holds nothing while it waits.
//
// Invariant: nobody waits at one gate while another one lets in its place what came later to that gate.

import type { Clock } from '../../concurrency/clock.ts';
import { LocalPressure } from '../../govern/local-pressure.ts';
import type { Rate } from '../../concurrency/limits/pacer.ts';
import { PermitSource } from '../../concurrency/limits/permit-source.ts';
import { RateSet } from '../../concurrency/limits/rate-set.ts';

/** What a client allows itself. */
export interface ClientLimits {
  /** Requests on their way, over all origins. */
  readonly concurrency: number;
  /** The same for each origin; null: no limit of its own. */
  readonly perOrigin: number | null;
  /** For each origin. */
  readonly rates: readonly Rate[];
}

/** So many gates are kept before idle ones are looked for. */
const fewGates = 1000;

/** The gates of all origins. */
export class OriginPermits {
  readonly limits: ClientLimits;
  readonly clock: Clock;
  /** Requests on their way. */
  inFlight = 0;
  /** Gates whose first in line waits until a request anywhere ends; longest first. */
  readonly blocked = new Set<OriginGate>();
  readonly #pressure = new LocalPressure();
  readonly #gates = new Map<string, OriginGate>();
  #manyGates = fewGates;

  constructor(limits: ClientLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** How many wait, at all gates. */
  get waiting(): number {
    let waiting = 0;
    for (const gate of this.#gates.values()) waiting += gate.waiting;
    return waiting;
  }

  /** How many may be on their way now: fewer than was said while this machine is short of something. */
  limitAt(nowMs: number): number {
    return Math.min(this.limits.concurrency, this.#pressure.limitAt(nowMs));
  }

  /** A request failed, unsent, since this machine ran short of what the system calls so. Fewer are let in then, for a while. */
  shortage(code: string): void {
    this.#pressure.shortage(code, this.inFlight + 1, this.clock.now());
  }

  gate(origin: string): OriginGate {
    let gate = this.#gates.get(origin);
    if (gate === undefined) {
      if (this.#gates.size >= this.#manyGates) this.#letGo();
      gate = new OriginGate(this);
      this.#gates.set(origin, gate);
    }
    return gate;
  }

  /** A request has ended: in turn, so that no origin takes all places. */
  wakeBlocked(): void {
    let left = this.blocked.size;
    const limit = this.limitAt(this.clock.now());
    for (const gate of this.blocked) {
      if (left-- === 0 || this.inFlight >= limit) return;
      this.blocked.delete(gate);
      gate.wake();
    }
  }

  #letGo(): void {
    const nowMs = this.clock.now();
    for (const [origin, gate] of this.#gates) if (gate.isIdle(nowMs)) this.#gates.delete(origin);
    this.#manyGates = Math.max(fewGates, 2 * this.#gates.size);
  }
}

/** The limits as they are met by requests to one origin. */
export class OriginGate extends PermitSource<'unused'> {
  readonly #all: OriginPermits;
  readonly #rates: RateSet;
  #inFlight = 0;

  constructor(all: OriginPermits) {
    super(all.clock);
    this.#all = all;
    this.#rates = new RateSet(all.limits.rates);
  }

  wake(): void {
    this.letIn();
  }

  /** Nothing would be lost with it. */
  isIdle(nowMs: number): boolean {
    return this.#inFlight === 0 && this.waiting === 0 && this.#rates.isIdle(nowMs);
  }

  protected override tryTake(nowMs: number): number {
    const { blocked, inFlight, limits } = this.#all;
    if (inFlight >= this.#all.limitAt(nowMs)) {
      blocked.add(this);
      return Infinity;
    }
    if (blocked.size > 0) blocked.delete(this);
    if (limits.perOrigin !== null && this.#inFlight >= limits.perOrigin) return Infinity;
    const waitMs = this.#rates.waitMs(nowMs);
    if (waitMs > 0) return waitMs;
    this.#rates.take(nowMs);
    this.#inFlight++;
    this.#all.inFlight++;
    return 0;
  }

  /** @param told nothing was sent with it */
  protected override giveBack(nowMs: number, _cost: number, heldMs: number, told: 'unused' | undefined): void {
    if (told !== undefined) this.#rates.giveBack(nowMs, nowMs - heldMs);
    this.#inFlight--;
    this.#all.inFlight--;
    // `letIn`, which follows, serves this origin: others that have waited come before it.
    if (this.#all.blocked.size > 0) this.#all.wakeBlocked();
  }
}
