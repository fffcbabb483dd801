// So many permits in a time: rates, as a line that one can wait in. What a rate is, and that it is never exceeded, is
// known to the pacers below.

import { shownAs } from './scopes/shown-as.ts';
import { badValue } from './bad-value.ts';
import type { Clock } from './clock.ts';
import { parseRate } from './limits/parse-rate.ts';
import { PermitSource } from './limits/permit-source.ts';
import { RateSet } from './limits/rate-set.ts';

/** What something really cost. */
export interface RealCost {
  readonly cost: number;
}

/** A rate limit at one moment. */
export interface RateLimitStatistics {
  /** As they were written. */
  readonly rates: readonly string[];
  /** How many wait. */
  readonly waiting: number;
  /** The rate that they wait for. */
  readonly binding: string | null;
}

export interface RateLimitOptions {
  /** Where the time comes from, for tests. The machine's by default. */
  readonly clock?: Clock | undefined;
}

/**
 * Limits how often things are done: in any window of a rate's length at most so many pass, evenly spread, with no burst at the
 * start; time that nobody used is not saved up. It is the generic cell rate algorithm (ITU-T I.371) together with a sliding
 * window. Several rates hold together. First come, first served.
 *
 * A permit is used up when it is taken, and need not be given back. Where a rate counts costs (`90000/m:cost`: tokens, bytes),
 * `acquire({ cost })` takes what is expected, and `permit.release({ cost })` tells what it really was. A cost above the whole
 * rate passes when nothing else does.
 *
 * @example
 * import { RateLimit } from 'manyfetch';
 *
 * const limit = new RateLimit(['50/s', '90000/m:cost']);
 * for (const question of ['one', 'two']) {
 *   const permit = await limit.acquire({ cost: 10 }); // what it will probably cost
 *   console.log(question);
 *   permit.release({ cost: 15 }); // what it did cost: needed only for rates of costs
 * }
 * // prints one
 * // prints two
 */
export class RateLimit extends PermitSource<RealCost> {
  readonly #rates: RateSet;

  /**
   * @param rates `10/s`, `500/m`, `5000/h`, `90000/m:cost`; one, or several that hold together
   * @throws UsageError if one cannot be read
   */
  constructor(rates: string | readonly string[], options: RateLimitOptions = {}) {
    super(options.clock);
    this.#rates = new RateSet(parseRates(rates));
  }

  /**
   * Other rates from now on. One that stays goes on where it is.
   *
   * @throws UsageError if one cannot be read; then nothing has changed
   */
  setRates(rates: string | readonly string[]): void {
    this.#rates.replace(parseRates(rates));
    this.letIn();
  }

  statistics(): RateLimitStatistics {
    const { rates, binding } = this.#rates;
    const { waiting } = this;
    return { rates: rates.map(({ text }) => text), waiting, binding: waiting > 0 ? (binding?.text ?? null) : null };
  }

  protected override tryTake(nowMs: number, cost: number): number {
    const waitMs = this.#rates.waitMs(nowMs, cost);
    if (waitMs === 0) this.#rates.take(nowMs, cost);
    return waitMs;
  }

  protected override giveBack(nowMs: number, cost: number, heldMs: number, told: RealCost | undefined): void {
    if (told === undefined) return;
    super.checkCost(told.cost);
    this.#rates.correct(nowMs, told.cost - cost, nowMs - heldMs);
  }

  protected override checkCost(cost: number): void {
    super.checkCost(cost);
    if (cost === 1 || this.#rates.rates.some(({ unit }) => unit === 'cost')) return;
    const rate = this.#rates.rates[0]?.text ?? '';
    throw badValue('`cost`', `left out, since ${rate} counts requests`, cost, `write ${rate}:cost to count costs`);
  }
}

function parseRates(rates: string | readonly string[]) {
  const texts = typeof rates === 'string' ? [rates] : rates;
  if (texts.length === 0) throw badValue('`rates`', 'a rate such as 10/s, or several', rates);
  return texts.map((text) => parseRate(text, '`rates`'));
}

shownAs(RateLimit, 'RateLimit', (limit) => limit.statistics());
