// One quota as its server told of it: how many units are left, until when. Counts what was sent since.
// It has no clock and reads no header. Invariant: within one window what may be sent is never more than the
// least that any answer named, less what is in flight and may not be counted there yet.

import { groupedDigits } from '../grouped-digits.ts';
import type { QuotaUnit } from './read-quota-field.ts';

/** What a server says of a quota besides how much is left and until when. Numbers are -1 where it says nothing. */
export interface QuotaFacts {
  readonly label: string;
  readonly scope: string;
  readonly unit: QuotaUnit;
  readonly limit: number;
  readonly windowMs: number;
}

/** What was sent so far, and how much of it is in flight: in units of the quota. */
export interface Sent {
  readonly total: number;
  readonly inFlight: number;
}

/** Servers round to seconds: a reset that moves by less is the same one. */
const roundingMs = 1000;
/** So long at most a window counts of which no answer has told yet. */
const mostPresumedMs = 60_000;

export class ServerQuota {
  readonly label: string;
  readonly scope: string;
  readonly unit: QuotaUnit;
  /** Least that was left, of the window that counts. */
  remaining = 0;
  limit = -1;
  /** When there is more. */
  untilMs = -Infinity;
  /** No answer has told of this window yet: that it allows the limit is presumed. */
  isPresumed = false;
  /** The pass that last told of it. */
  pass = 0;
  /** So much may have been sent in all. */
  #ceiling = Infinity;
  /** Where the window ended when it was first told of; only behind that may more be left again. */
  #windowEndMs = -Infinity;
  #windowMs = 0;
  /** The end of the window in the server's own clock, as it was first told; null: it was a time from then. */
  #moment: number | null = null;

  constructor(facts: QuotaFacts) {
    this.label = facts.label;
    this.scope = facts.scope;
    this.unit = facts.unit;
  }

  /**
   * An answer says that `remaining` are left until `untilMs`.
   * @param moment if it named one: then a later one is a later window, and the same one is the same. A time from
   *   now comes late with a late answer, and tells nothing of the kind.
   */
  hear(facts: QuotaFacts, remaining: number, untilMs: number, moment: number | null, nowMs: number, sent: Sent): void {
    if (facts.limit > 0) this.limit = facts.limit;
    const isNewWindow = this.isPresumed || nowMs >= Math.min(this.#windowEndMs, this.untilMs);
    if (isNewWindow || (moment !== null && untilMs > this.untilMs + roundingMs)) {
      this.#begin(facts, remaining, untilMs, nowMs);
      this.#moment = moment;
      // A moment that has passed comes from an answer that was under way while a new window began.
    } else if (untilMs > nowMs && remaining <= this.remaining) {
      if (untilMs > this.untilMs || untilMs < this.untilMs - roundingMs) this.untilMs = untilMs;
      this.remaining = remaining;
    }
    // How far the server's clock is from ours is known better now than when it was first said.
    if (moment !== null && moment === this.#moment && untilMs < this.untilMs) this.untilMs = untilMs;
    this.#count(sent);
  }

  /** Nothing may be sent before then, and behind it nothing of the window counts any more. */
  endAt(facts: QuotaFacts, untilMs: number, nowMs: number, sent: Sent): void {
    if (facts.limit > 0) this.limit = facts.limit;
    this.#begin(facts, 0, untilMs, nowMs);
    this.#count(sent);
  }

  /** How long until `cost` may be sent; 0 if it may now. */
  waitMs(nowMs: number, cost: number, sent: Sent): number {
    if (nowMs >= this.untilMs && !this.#presume(nowMs, sent)) return 0;
    const { total } = sent;
    return total + cost <= this.#ceiling && total < this.#ceiling ? 0 : this.untilMs - nowMs;
  }

  /** Whether what a server said still counts. */
  holds(nowMs: number): boolean {
    return !this.isPresumed && nowMs < this.untilMs;
  }

  /** Nothing is presumed any more. */
  drop(): void {
    this.isPresumed = false;
    this.untilMs = -Infinity;
    this.limit = -1;
  }

  /** Why it lets nothing pass, for the user. */
  describe(): string {
    const unit = this.unit === 'cost' ? ' units' : '';
    const left = `${groupedDigits(this.remaining)}${this.limit > 0 ? ` of ${groupedDigits(this.limit)}` : ''}${unit}`;
    if (this.isPresumed)
      return `${this.label}: as many as its limit of ${groupedDigits(this.limit)}${unit} allows were sent`;
    const why = this.remaining === 0 ? '' : this.unit === 'cost' ? ', too few,' : ', all in flight,';
    return `${this.label}: remaining ${left}${why} until its window resets`;
  }

  #begin(facts: QuotaFacts, remaining: number, untilMs: number, nowMs: number): void {
    this.isPresumed = false;
    this.remaining = remaining;
    this.untilMs = untilMs;
    this.#windowEndMs = untilMs;
    this.#windowMs = facts.windowMs > 0 ? facts.windowMs : Math.max(this.#windowMs, untilMs - nowMs);
  }

  #count(sent: Sent): void {
    if (this.unit === 'other') this.#ceiling = this.remaining > 0 ? Infinity : -Infinity;
    else this.#ceiling = sent.total + this.remaining - sent.inFlight;
  }

  /**
   * Behind a reset the limit is left at most, until an answer tells. Not where quotas are told apart by
   * scope: then the next answers may never tell of this one. Never for long: answers may be lost.
   */
  #presume(nowMs: number, sent: Sent): boolean {
    if (this.isPresumed || this.limit <= 0 || this.scope !== '' || this.unit === 'other') return false;
    const untilMs = this.untilMs + Math.min(this.#windowMs, mostPresumedMs);
    if (!(nowMs < untilMs)) return false;
    this.isPresumed = true;
    this.remaining = this.limit;
    this.untilMs = untilMs;
    this.#ceiling = sent.total + Math.max(1, this.limit - sent.inFlight);
    return true;
  }
}
