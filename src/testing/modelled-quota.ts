// A quota of a modelled server: fixed windows of its own clock, counted on arrival, and told in headers with
// whole seconds, as servers do.

import type { QuotaModel } from './physics-model.ts';

export class ModelledQuota {
  readonly #model: QuotaModel;
  #endMs = -Infinity;
  #used = 0;
  /** What the answer to the last one says. */
  headers: readonly string[] = [];

  constructor(model: QuotaModel) {
    this.#model = model;
  }

  /** One has arrived, by our clock: whether there is room for it in the window. */
  tryTake(wallMs: number): boolean {
    const { aheadMs = 0, limit, phaseMs = 0, reset, windowMs } = this.#model;
    const nowMs = wallMs + aheadMs;
    if (nowMs >= this.#endMs) {
      this.#endMs = (Math.floor((nowMs - phaseMs) / windowMs) + 1) * windowMs + phaseMs;
      this.#used = 0;
    }
    const hasRoom = this.#used < limit;
    if (hasRoom) this.#used++;
    const resetMs = reset === 'epoch' ? this.#endMs : this.#endMs - nowMs;
    const words = {
      date: new Date(nowMs).toUTCString(),
      'x-ratelimit-limit': limit,
      'x-ratelimit-remaining': limit - this.#used,
      'x-ratelimit-reset': Math.ceil(resetMs / 1000),
    };
    this.headers = Object.entries(words).flatMap(([name, value]) => [name, String(value)]);
    return hasRoom;
  }
}
