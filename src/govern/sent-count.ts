// Counts what was sent to one origin, in requests and in the user's units, and how much of it its server may
// not have counted yet when it says what is left: what is in flight, and what ended without an answer a
// short while ago.

import type { Sent } from './server-quota.ts';

interface Count extends Sent {
  total: number;
  inFlight: number;
}

export class SentCount {
  readonly requests: Count = { total: 0, inFlight: 0 };
  /** What is in flight is reckoned at the average cost. */
  readonly cost: Count = { total: 0, inFlight: 0 };
  #answered = 0;
  /** How many had ended without an answer by then, for the marks below. */
  #lostBefore = Infinity;
  #lostByLastMark = Infinity;
  /** When so many answers have come, one of them was to a request sent after the last mark. */
  #nextMark = 0;

  take(cost: number): void {
    this.requests.total++;
    this.requests.inFlight++;
    this.cost.total += cost;
    this.cost.inFlight += cost;
  }

  /**
   * An answer came; `inFlight` others have not ended. What was lost before the mark but one has been
   * counted, or never will be: answers to later requests have told of the count since.
   */
  answered(inFlight: number): void {
    this.#answered++;
    const lost = this.requests.total - this.#answered - inFlight;
    // Also where a count begins in the middle, with requests in flight that were not taken here.
    if (lost < this.#lostBefore) this.#lostBefore = lost;
    if (this.#answered >= this.#nextMark) {
      this.#lostBefore = Math.min(lost, this.#lostByLastMark);
      this.#lostByLastMark = lost;
      this.#nextMark = this.#answered + inFlight + 1;
    }
    const uncounted = inFlight + lost - this.#lostBefore;
    const { requests, cost } = this;
    requests.inFlight = uncounted;
    cost.inFlight = requests.total === 0 ? uncounted : uncounted * (cost.total / requests.total);
  }
}
