// The governor of a run for use without the rest: with another HTTP client, or none. It keeps one line an
// origin, and lets lines that nobody uses go. What passes when is decided in `govern/`.

import { badValue } from '../../concurrency/bad-value.ts';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { parseRate } from '../../concurrency/limits/parse-rate.ts';
import { systemRandom } from '../../concurrency/random.ts';
import type { Random } from '../../concurrency/random.ts';
import { Governor as RunGovernor } from '../../govern/governor.ts';
import { limitConcurrency, readMachineFacts } from '../../govern/local-limits.ts';
import { GatePermits } from './gate-permits.ts';
import type { GateSurroundings } from './gate-permits.ts';

/** Limits of a governor; they can be changed on the way. */
export interface GovernorLimits {
  /**
   * Requests in flight at most, over all origins. `auto` finds out for each origin how many it serves best.
   * Infinity: as many as this machine can hold. @default 'auto'
   */
  readonly concurrency?: number | 'auto' | undefined;
  /** The same for each origin. @default Infinity */
  readonly perOrigin?: number | null | undefined;
  /** For each origin: `'10/s'`, `'600/m'`, `'90000/m:cost'`; one or several. @default none */
  readonly rate?: string | readonly string[] | undefined;
}

export interface GovernorOptions extends GovernorLimits {
  /** Where time and chance come from, for tests. The machine's by default. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** A governor at one moment. */
export interface GovernorStatistics {
  /** Requests in flight at most, over all origins. */
  readonly limit: number;
  readonly inFlight: number;
  /** How many wait, at all gates. */
  readonly waiting: number;
  readonly origins: number;
}

/** So many idle gates are kept before they are looked through. */
const fewGates = 1000;

/**
 * Decides when a request may be sent: one gate an origin, each of which knows concurrency, rates, what the server says of pauses
 * and quotas, outages, and what this machine can hold.
 *
 * - `concurrency: 'auto'` finds the limit of each origin by trials, after Vector's adaptive request concurrency and Netflix's
 *   concurrency-limits.
 * - Rates are kept by the generic cell rate algorithm (ITU-T I.371) and a sliding window.
 * - `Retry-After` (RFC 9110), `RateLimit` (draft-ietf-httpapi-ratelimit-headers) and their relatives are obeyed.
 * - When an origin fails as a whole, requests wait and one probe at a time asks whether it is back (Nygard's circuit breaker).
 * - Waiting and permits follow https://github.com/tc39/proposal-concurrency-control.
 *
 * @example
 * import { Governor } from 'manyfetch';
 *
 * const governor = new Governor({ rate: '50/s' });
 * const gate = governor.gate('http://127.0.0.1:8080');
 * const text = await gate.with(async () => {
 *   const answer = await fetch('http://127.0.0.1:8080/status/200', { headers: { connection: 'close' } });
 *   return answer.text();
 * });
 * console.log(typeof text, governor.statistics().inFlight); // prints string 0
 */
export class Governor {
  readonly #run: RunGovernor;
  readonly #surroundings: GateSurroundings;
  readonly #gates = new Map<string, GatePermits>();
  #manyGates = fewGates;

  /** @throws UsageError if a limit cannot be used */
  constructor(options: GovernorOptions = {}) {
    const {
      concurrency = 'auto',
      perOrigin = Infinity,
      rate = [],
      clock = systemClock,
      random = systemRandom,
    } = options;
    this.#run = new RunGovernor({
      ...concurrencyLimits(concurrency),
      perOrigin: checkedPerOrigin(perOrigin),
      rates: parseRates(rate),
      clock,
      random,
    });
    this.#surroundings = { governor: this.#run, clock, blocked: new Set() };
  }

  /**
   * The gate of the origin (scheme, host and port) of a URL.
   *
   * @throws UsageError if it is no URL of http or https
   */
  gate(url: string | URL): GatePermits {
    const origin = originOf(url);
    let gate = this.#gates.get(origin);
    if (gate === undefined) {
      if (this.#gates.size >= this.#manyGates) this.#letGo();
      this.#run.gate(origin);
      gate = new GatePermits(origin, this.#surroundings);
      this.#gates.set(origin, gate);
    }
    return gate;
  }

  /**
   * Other limits from now on. What is in flight stays.
   *
   * @throws UsageError if one cannot be used; then nothing has changed
   */
  change({ concurrency, perOrigin, rate }: GovernorLimits): void {
    this.#run.change({
      ...(concurrency === undefined ? {} : concurrencyLimits(concurrency)),
      ...(perOrigin === undefined ? {} : { perOrigin: checkedPerOrigin(perOrigin) }),
      ...(rate === undefined ? {} : { rates: parseRates(rate) }),
    });
    for (const gate of this.#gates.values()) gate.wake();
  }

  statistics(): GovernorStatistics {
    const { limit, inFlight, origins } = this.#run.statistics();
    let waiting = 0;
    for (const gate of this.#gates.values()) waiting += gate.waiting;
    return { limit, inFlight, waiting, origins };
  }

  /** Lets gates go at which nothing happens and about which nothing has to be remembered. */
  #letGo(): void {
    for (const [origin, gate] of this.#gates) {
      if (gate.waiting === 0 && this.#run.forget(origin)) this.#gates.delete(origin);
    }
    this.#manyGates = Math.max(fewGates, 2 * this.#gates.size);
  }
}

function concurrencyLimits(concurrency: number | 'auto') {
  if (concurrency !== 'auto' && concurrency !== Infinity && (!Number.isSafeInteger(concurrency) || concurrency < 1))
    throw badValue('`concurrency`', "a whole number from 1 up, or 'auto'", concurrency);
  const wanted = concurrency === Infinity ? Number.MAX_SAFE_INTEGER : concurrency;
  const { concurrency: limit } = limitConcurrency(wanted, readMachineFacts());
  return { concurrency: limit, findsConcurrency: concurrency === 'auto' };
}

function checkedPerOrigin(perOrigin: number | null): number | null {
  if (perOrigin === null || perOrigin === Infinity) return null;
  if (!Number.isSafeInteger(perOrigin) || perOrigin < 1)
    throw badValue('`perOrigin`', 'a whole number from 1 up', perOrigin);
  return perOrigin;
}

function parseRates(rate: string | readonly string[]) {
  return (typeof rate === 'string' ? [rate] : rate).map((text) => parseRate(text, '`rate`'));
}

function originOf(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed.origin;
  throw badValue('`url`', 'a URL such as https://api.example.com', String(url));
}
