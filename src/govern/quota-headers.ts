// What the quota headers of one origin say, remembered from answer to answer: a value whose text is the same
// as last time is not parsed again. It gathers what the current answer says; it decides nothing.
//
// Invariant: it remembers a bounded number of headers and policies, whatever a server sends.

import { readCount, readLimit } from './read-count.ts';
import { readQuotaField } from './read-quota-field.ts';
import type { QuotaRole } from './read-quota-field.ts';
import { readQuotaList } from './read-quota-list.ts';
import type { QuotaItem } from './read-quota-list.ts';
import { readReset } from './read-reset.ts';
import { labelOf, QuotaWords } from './quota-words.ts';
import type { ServerQuota } from './server-quota.ts';

const mostSlots = 48;
const mostPolicies = 32;

/** One header that an origin sends. */
interface Slot {
  readonly name: string;
  readonly kind: 'field' | 'limits' | 'policies' | 'nothing';
  readonly role: QuotaRole;
  /** Of a field. */
  readonly words: QuotaWords | null;
  /** Of a list. */
  readonly items: QuotaWords[];
  text: string | null;
  pass: number;
}

export class QuotaHeaders {
  readonly #slots: Slot[] = [];
  readonly #groups: QuotaWords[] = [];
  readonly #policies: QuotaItem[] = [];
  #cursor = 0;
  #isUnrelated = false;
  /** Counts answers that have such headers. */
  pass = 0;
  /** Values that were parsed so far. */
  parsed = 0;
  /** What the current answer says; valid until the next one. */
  readonly current: QuotaWords[] = [];
  /** Least number of concurrent requests that a policy allows. */
  concurrency = Infinity;

  /** Begins with another answer. */
  begin(): void {
    this.pass++;
    this.#cursor = 0;
    this.current.length = 0;
  }

  /** A header of it. */
  see(name: string, value: string): void {
    const slot = this.#slotOf(name);
    if (slot === null || slot.kind === 'nothing') return;
    slot.pass = this.pass;
    if (slot.text !== value) {
      slot.text = value;
      this.parsed++;
      this.#parse(slot, value);
    }
    if (slot.words !== null) {
      slot.words.mark(slot.role, this.pass, value);
    } else {
      for (const words of slot.items) this.current.push(words.markAll(this.pass));
    }
  }

  /** Ends the answer: `current` is complete. */
  end(): void {
    if (this.#isUnrelated) this.#relate();
    for (const words of this.#groups) if (words.isSaid(this.pass)) this.current.push(words);
  }

  /** A quota that is counted no more. */
  forget(quota: ServerQuota | undefined): void {
    for (const words of this.#groups) if (words.quota === quota) words.quota = null;
    for (const { items } of this.#slots) for (const words of items) if (words.quota === quota) words.quota = null;
  }

  /** Headers come in the same order each time: nearly always the next slot is the one. */
  #slotOf(name: string): Slot | null {
    const next = this.#slots[this.#cursor];
    if (next !== undefined && next.name === name) {
      this.#cursor++;
      return next;
    }
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i];
      if (slot === undefined || slot.name !== name || slot.pass === this.pass) continue;
      this.#cursor = i + 1;
      return slot;
    }
    if (this.#slots.length >= mostSlots) return null;
    const slot = this.#slotFor(name);
    this.#slots.push(slot);
    this.#cursor = this.#slots.length;
    return slot;
  }

  #slotFor(name: string): Slot {
    const slot = { name, role: 'scope', words: null, items: [], text: null, pass: 0 } as const;
    if (name === 'ratelimit') return { ...slot, kind: 'limits', items: [] };
    if (name === 'ratelimit-policy') return { ...slot, kind: 'policies', items: [] };
    const field = readQuotaField(name);
    if (field === null) return { ...slot, kind: 'nothing', items: [] };
    let words = this.#groups.find(({ label }) => label === field.group);
    if (words === undefined) {
      words = new QuotaWords(field.group, field.unit);
      this.#groups.push(words);
    }
    return { ...slot, kind: 'field', role: field.role, words, items: [] };
  }

  #parse(slot: Slot, value: string): void {
    const { words } = slot;
    if (slot.kind === 'policies') {
      for (const policy of readQuotaList(value, 'policies') ?? []) this.#remember(policy);
    } else if (slot.kind === 'limits') {
      this.#update(slot.items, readQuotaList(value, 'limits') ?? []);
    } else if (words === null) {
      return;
    } else if (slot.role === 'remaining') {
      words.remaining = readCount(value);
    } else if (slot.role === 'limit') {
      words.limit = readLimit(value);
    } else if (slot.role === 'reset') {
      words.reset = readReset(value);
    } else if (slot.role === 'reset-after') {
      words.resetAfter = readReset(value);
    }
  }

  /** Nearly always the same policies are told of, with other figures. */
  #update(known: QuotaWords[], items: readonly QuotaItem[]): void {
    known.length = Math.min(known.length, items.length);
    for (const [i, item] of items.entries()) {
      const words = known[i];
      if (words !== undefined && words.isOf(item)) {
        words.take(item);
      } else {
        known[i] = new QuotaWords(labelOf(item), 'requests', item.partition).take(item);
        this.#isUnrelated = true;
      }
    }
  }

  #remember(policy: QuotaItem): void {
    const known = this.#policies.findIndex(
      ({ name, partition }) => name === policy.name && partition === policy.partition,
    );
    if (known >= 0) this.#policies[known] = policy;
    else if (this.#policies.length < mostPolicies) this.#policies.push(policy);
    this.#isUnrelated = true;
  }

  /** Limits have no unit, size or window of their own: the policy of their name has. */
  #relate(): void {
    this.#isUnrelated = false;
    for (const { items } of this.#slots) {
      for (const words of items) {
        const policy = this.#policies.find(({ name }) => name === words.label);
        if (policy !== undefined) words.follow(policy);
      }
    }
    this.concurrency = Infinity;
    for (const { unit, units } of this.#policies) {
      // Zero would be for ever: with nothing in flight, nothing could take it back.
      if (unit === 'concurrent-requests') this.concurrency = Math.min(this.concurrency, Math.max(1, units));
    }
  }
}
