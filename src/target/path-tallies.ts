// What is counted for each path: requests, how many at once, and those that came although the path had
// asked to wait. Bounded: beyond `pathLimit` paths the rest shares one tally, named `other`.

const pathLimit = 10_000;
/** What was on its way when the server asked to wait, on a machine that is busy, does not count as too early. */
const graceMs = 500;

/** What is counted for one path. */
export interface PathTally {
  requests: number;
  inFlight: number;
  mostInFlight: number;
  /** Since when the path asks to wait, and until when, on the service's clock. */
  waitBeginsMs: number;
  waitEndsMs: number;
}

export class PathTallies {
  readonly #tallies = new Map<string, PathTally>();
  #early = 0;

  /** A request has arrived. Its tally is to be given back to `left` when it is over. */
  arrived(path: string, nowMs: number): PathTally {
    const tally = this.#tallyOf(path);
    tally.requests++;
    if (++tally.inFlight > tally.mostInFlight) tally.mostInFlight = tally.inFlight;
    if (nowMs < tally.waitEndsMs && nowMs > tally.waitBeginsMs + graceMs) this.#early++;
    return tally;
  }

  left(tally: PathTally): void {
    tally.inFlight--;
  }

  /** The path asks to wait. What is asked for while another wait holds makes that one longer. */
  askedToWait(path: string, nowMs: number, waitMs: number): void {
    const tally = this.#tallyOf(path);
    if (nowMs >= tally.waitEndsMs) tally.waitBeginsMs = nowMs;
    tally.waitEndsMs = Math.max(tally.waitEndsMs, nowMs + waitMs);
  }

  /** Requests that came while their path asked to wait, but for those that were on their way. */
  get early(): number {
    return this.#early;
  }

  requests(): Record<string, number> {
    return this.#each((tally) => tally.requests);
  }

  mostInFlight(): Record<string, number> {
    return this.#each((tally) => tally.mostInFlight);
  }

  /** Forgets what was; what is in flight goes on being counted as that. */
  reset(): void {
    this.#early = 0;
    for (const [path, tally] of this.#tallies) {
      if (tally.inFlight === 0) this.#tallies.delete(path);
      tally.requests = 0;
      tally.mostInFlight = tally.inFlight;
      tally.waitBeginsMs = tally.waitEndsMs = -Infinity;
    }
  }

  /** Without what is zero. */
  #each(count: (tally: PathTally) => number): Record<string, number> {
    const counts: [string, number][] = [];
    for (const [path, tally] of this.#tallies) if (count(tally) > 0) counts.push([path, count(tally)]);
    return Object.fromEntries(counts);
  }

  #tallyOf(path: string): PathTally {
    let tally = this.#tallies.get(path);
    if (tally !== undefined) return tally;
    const name = this.#tallies.size < pathLimit ? path : 'other';
    tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = { requests: 0, inFlight: 0, mostInFlight: 0, waitBeginsMs: -Infinity, waitEndsMs: -Infinity };
      this.#tallies.set(name, tally);
    }
    return tally;
  }
}
