// What an unruly server remembers of all its connections: which requests it took, and what its clients did
// wrong.

import { isIdempotent } from '../http/request.ts';

export class UnrulyLedger {
  readonly violations: string[] = [];
  /** Requests that were taken, with those that came again. */
  taken = 0;
  readonly #onViolation: (what: string) => void;
  /** A bit for each request that may come once only. */
  readonly #once = new Uint8Array(8 * 1024 * 1024);
  readonly #refused = new Map<number, number>();

  constructor(onViolation: (what: string) => void = () => {}) {
    this.#onViolation = onViolation;
  }

  violation(what: string): void {
    this.violations.push(what);
    this.#onViolation(what);
  }

  /** A request has come, and something may have been done about it. */
  took(id: number, method: string): void {
    this.taken++;
    if (!Number.isSafeInteger(id)) this.violation(`a request has no number: ${id}`);
    if (isIdempotent(method)) return;
    const bit = 1 << (id & 7);
    const at = (id >> 3) % this.#once.length;
    if (((this.#once[at] ?? 0) & bit) !== 0) this.violation(`request ${id}, a ${method}, came twice`);
    this.#once[at] = (this.#once[at] ?? 0) | bit;
  }

  /** Whether a request is refused once more, of so many times. */
  refuses(id: number, times: number): boolean {
    const before = this.#refused.get(id) ?? 0;
    if (before >= times) {
      this.#refused.delete(id);
      return false;
    }
    this.#refused.set(id, before + 1);
    return true;
  }
}
