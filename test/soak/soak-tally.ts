// What a soak has counted, and what it found wrong. One wrong thing is enough to fail it.

export class SoakTally {
  sent = 0;
  settled = 0;
  /** By outcome: `answered`, `cancelled`, or the code of an error. */
  readonly outcomes = new Map<string, number>();
  /** Requests that nothing of the plan keeps from being answered, and how many of them were. */
  good = 0;
  goodAnswered = 0;
  bodyBytes = 0;
  /**
   * Requests that an answer which nobody asked for was taken for, since it crossed them on their way, and those behind them
   * on the connection: HTTP/1.1 cannot tell them.
   */
  readonly crossed = new Set<number>();
  /** Things that must not happen, in order. */
  readonly violations: string[] = [];
  readonly #onViolation: (what: string) => void;

  constructor(onViolation: (what: string) => void = () => {}) {
    this.#onViolation = onViolation;
  }

  outcome(name: string): void {
    this.settled++;
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
  }

  violation(what: string): void {
    this.violations.push(what);
    this.#onViolation(what);
  }
}
