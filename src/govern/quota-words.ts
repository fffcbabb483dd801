// What the headers of one quota say, as last read, and which of them the current answer had. It remembers
// texts as numbers; what follows from them is counted elsewhere.

import type { QuotaRole, QuotaUnit } from './read-quota-field.ts';
import type { QuotaItem } from './read-quota-list.ts';
import type { Reset } from './read-reset.ts';
import type { ServerQuota } from './server-quota.ts';

/** Headers of which a refusal without a remainder means that nothing is left: those of the one quota of an origin. */
const plainLabels = new Set(['ratelimit', 'x-ratelimit']);

export class QuotaWords {
  /** Name of the policy, or what the headers have in common. */
  readonly label: string;
  unit: QuotaUnit;
  /** Tells quotas of the same name apart. */
  scope: string;
  /** -1: not said, or not readable. */
  remaining = -1;
  limit = -1;
  windowMs = -1;
  reset: Reset | null = null;
  resetAfter: Reset | null = null;
  /** Where it is counted; kept here so that it need not be looked for. */
  quota: ServerQuota | null = null;
  // The pass that last had each.
  #remainingPass = 0;
  #resetPass = 0;
  #resetAfterPass = 0;
  #scopePass = 0;

  constructor(label: string, unit: QuotaUnit, scope = '') {
    this.label = label;
    this.unit = unit;
    this.scope = scope;
  }

  /** Whether an item of a list tells of this quota. */
  isOf(item: QuotaItem): boolean {
    return this.label === labelOf(item) && this.scope === item.partition;
  }

  /** Takes over what an item says; its unit and, but in the older form, its limit are its policy's to tell. */
  take(item: QuotaItem): this {
    this.remaining = item.units;
    if (item.limit >= 0) this.limit = item.limit;
    this.reset = item.seconds < 0 ? null : { kind: 'after', ms: item.seconds * 1000 };
    return this;
  }

  /** Takes over what the policy of its name says. */
  follow(policy: QuotaItem): void {
    this.unit = unitOf(policy.unit);
    this.limit = policy.units;
    this.windowMs = policy.seconds * 1000;
    this.quota = null;
  }

  /** The current answer has this. */
  mark(role: QuotaRole, pass: number, value: string): void {
    if (role === 'remaining') this.#remainingPass = pass;
    else if (role === 'reset') this.#resetPass = pass;
    else if (role === 'reset-after') this.#resetAfterPass = pass;
    else if (role === 'scope') {
      this.#scopePass = pass;
      this.#setScope(value);
    }
  }

  /** The current answer has all of it. */
  markAll(pass: number): this {
    this.#remainingPass = pass;
    this.#resetPass = pass;
    return this;
  }

  /** Whether the current answer says something of it; to be asked when all of the answer was seen. */
  isSaid(pass: number): boolean {
    if (this.#remainingPass !== pass && this.#resetPass !== pass && this.#resetAfterPass !== pass) return false;
    if (this.#scopePass !== pass) this.#setScope('');
    return true;
  }

  /** How much is left; -1 if the answer does not tell. */
  remainingNow(pass: number, status: number): number {
    if (this.#remainingPass === pass && this.remaining >= 0) return this.remaining;
    return status === 429 && plainLabels.has(this.label) ? 0 : -1;
  }

  /** When there is more; null if the answer does not tell. */
  resetNow(pass: number): Reset | null {
    if (this.#resetAfterPass === pass && this.resetAfter !== null) return this.resetAfter;
    return this.#resetPass === pass ? this.reset : null;
  }

  #setScope(scope: string): void {
    if (this.scope === scope) return;
    this.scope = scope;
    this.quota = null;
  }
}

/** An item of the older form has no name. */
export function labelOf(item: QuotaItem): string {
  return item.name === '' ? 'ratelimit' : item.name;
}

function unitOf(unit: string): QuotaUnit {
  if (unit === 'requests' || unit === 'request') return 'requests';
  return unit.includes('token') ? 'cost' : 'other';
}
