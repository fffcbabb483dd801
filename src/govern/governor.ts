// Decides when a request may be in flight. One governor serves a run, one gate an origin. A gate is
// asked and answers at once, with a permit or with how long to wait: check and booking are one step.
// Whoever took a permit gives it back exactly once, with what the attempt told about the server;
// the governor learns there and only there. It knows no request, record or retry.

import type { Clock } from '../concurrency/clock.ts';
import type { Rate } from '../concurrency/limits/pacer.ts';
import type { Random } from '../concurrency/random.ts';
import type { TransportError } from '../errors.ts';
import { CostEstimate } from './cost-estimate.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { Gate } from './gate.ts';
import type { Floor } from './gate.ts';
import { LocalPressure } from './local-pressure.ts';
import { RateSet } from '../concurrency/limits/rate-set.ts';

/** Limits of a run. */
export interface GovernorOptions {
  /** Requests in flight at most, over all origins. */
  readonly concurrency: number;
  /** Find out for each origin how many it serves best, up to `concurrency`. Else as many as are allowed. */
  readonly findsConcurrency: boolean;
  /** Requests in flight at most, for each origin. */
  readonly perOrigin: number | null;
  /** For each origin. */
  readonly rates: readonly Rate[];
  readonly clock: Clock;
  readonly random: Random;
  /** What an earlier run learned of each origin. */
  readonly learned?: ReadonlyMap<string, number>;
  /** Whether an origin that fails as a whole is left alone until it answers again. @default true */
  readonly sitsOutOutages?: boolean;
}

/** What may be changed while requests are in flight. */
export type GovernorChange = Partial<Pick<GovernorOptions, 'concurrency' | 'findsConcurrency' | 'perOrigin' | 'rates'>>;

/** Counts for displays and tests. */
export interface GovernorStatistics {
  readonly limit: number;
  readonly inFlight: number;
  readonly origins: number;
}

/** Where the search begins: what browsers and connection pools would take is about as much. */
const firstGuess = 10;
/** So many origins are worth remembering. */
const mostLearned = 100;

export class Governor implements Floor {
  #options: GovernorOptions;
  readonly #gates = new Map<string, Gate>();
  readonly local = new LocalPressure();
  /** What requests cost of which nothing says it beforehand. */
  readonly costs = new CostEstimate();
  readonly random: Random;
  #inFlight = 0;

  constructor(options: GovernorOptions) {
    this.#options = options;
    this.random = options.random;
  }

  /** The gate of an origin. */
  gate(origin: string): Gate {
    let gate = this.#gates.get(origin);
    if (gate === undefined) {
      gate = new Gate({
        origin,
        floor: this,
        adaptive: this.#adaptiveLimit(origin),
        rates: this.#options.rates.length === 0 ? null : new RateSet(this.#options.rates),
        sitsOutOutages: this.#options.sitsOutOutages ?? true,
      });
      this.#gates.set(origin, gate);
    }
    return gate;
  }

  /** Permits that could be had now, if gates were open. */
  get free(): number {
    const { concurrency, clock } = this.#options;
    const most = this.local.limit === Infinity ? concurrency : Math.min(concurrency, this.local.limitAt(clock.now()));
    return most - this.#inFlight;
  }

  /** Permits that are out. */
  get inFlight(): number {
    return this.#inFlight;
  }

  statistics(): GovernorStatistics {
    return { limit: this.#options.concurrency, inFlight: this.#inFlight, origins: this.#gates.size };
  }

  /** All gates there are. */
  get gates(): IterableIterator<Gate> {
    return this.#gates.values();
  }

  /** For the gates of this governor. */
  book(change: 1 | -1): void {
    this.#inFlight += change;
  }

  wallNow(): number {
    return this.#options.clock.wallNow();
  }

  /** Hears of an error; true if it was a shortage of this machine that will pass, which is no fault of server or record. */
  tellShortage({ code, systemCode }: TransportError, nowMs: number): boolean {
    const isShort = code === 'local_limit' || (code === 'dns_failed' && systemCode === 'EAI_AGAIN');
    return isShort && this.local.shortage(systemCode ?? code, this.#inFlight + 1, nowMs);
  }

  /** Changes limits; what is in flight stays, and so does what was learned. */
  change(change: GovernorChange): void {
    const { findsConcurrency } = this.#options;
    this.#options = { ...this.#options, ...change };
    const isOtherLimit = change.concurrency !== undefined || change.perOrigin !== undefined;
    for (const gate of this.#gates.values()) {
      if (this.#options.findsConcurrency !== findsConcurrency)
        gate.adaptive = this.#adaptiveLimit(gate.origin, gate.adaptive.learned);
      else if (isOtherLimit) gate.adaptive.setMax(this.#maxOfGate);
      if (change.rates === undefined) continue;
      if (gate.rates === null) gate.rates = new RateSet(change.rates);
      else gate.rates.replace(change.rates);
    }
  }

  /** What was learned of each origin, for the next run; of so many that were met first. */
  learned(): Map<string, number> {
    const learned = new Map<string, number>();
    if (!this.#options.findsConcurrency) return learned;
    for (const { origin, adaptive } of this.#gates.values()) {
      if (learned.size >= mostLearned) break;
      learned.set(origin, adaptive.learned);
    }
    return learned;
  }

  /** Forgets an origin whose gate has nothing to remember. Whoever holds the gate must let go of it. */
  forget(origin: string): boolean {
    const gate = this.#gates.get(origin);
    return gate !== undefined && gate.isIdle(this.#options.clock.now()) && this.#gates.delete(origin);
  }

  get #maxOfGate(): number {
    const { concurrency, perOrigin } = this.#options;
    return Math.max(1, Math.min(concurrency, perOrigin ?? Infinity));
  }

  #adaptiveLimit(origin: string, learnedNow: number | null = null): AdaptiveLimit {
    const { findsConcurrency, learned } = this.#options;
    const max = this.#maxOfGate;
    const limit = new AdaptiveLimit({
      max,
      initial: findsConcurrency ? Math.min(max, firstGuess) : max,
      findsByDelay: findsConcurrency,
    });
    const known = learnedNow ?? learned?.get(origin);
    if (findsConcurrency && known !== undefined) limit.setLearned(Math.min(max, known));
    return limit;
  }
}
