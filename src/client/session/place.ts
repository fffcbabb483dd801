// The place of a call among the requests that are on their way: waiting for it, having it, giving it back.
//
// Invariant: it has one permit at most, and gives it back once.

import type { Permit } from '../../concurrency/limits/permit-source.ts';
import { ManyfetchError } from '../../errors.ts';
import type { HttpRequest } from '../../http/request.ts';
import type { CallHome } from './call-home.ts';
import type { Interruption } from './interruption.ts';

export class Place {
  readonly #home: CallHome;
  readonly #interruption: Interruption;
  #permit: Permit<'unused'> | null = null;
  #waitedMs = 0;

  constructor(home: CallHome, interruption: Interruption) {
    this.#home = home;
    this.#interruption = interruption;
  }

  /** How long was waited for it, each time. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /**
   * Waits for one at the gate of the request's origin, unless it was kept.
   *
   * @param timeoutMs 0: however long it takes
   * @throws ManyfetchError `queue_timeout`; the reason of the interruption
   */
  async take({ method, origin, shownUrl }: HttpRequest, timeoutMs: number): Promise<void> {
    this.#interruption.check();
    if (this.#permit !== null) return;
    const gate = this.#home.permits.gate(origin);
    this.#permit = gate.tryAcquire();
    if (this.#permit !== null) return;
    const { clock } = this.#home.parts;
    const startedMs = clock.now();
    const late = (): ManyfetchError => {
      const message = `the limits of the client let ${method} ${shownUrl} wait for more than ${timeoutMs / 1000} s`;
      return new ManyfetchError('queue_timeout', message, { hint: 'raise `queueTimeoutMs`, `concurrency` or `rate`' });
    };
    try {
      this.#permit = await this.#interruption.acquire(gate, timeoutMs, late);
    } finally {
      this.#waitedMs += clock.now() - startedMs;
    }
  }

  /** @param told nothing was sent with it: it does not count for a rate */
  giveBack(told?: 'unused'): void {
    this.#permit?.release(told);
    this.#permit = null;
  }
}
