// How many dials to one server may be under way at once, so that connections are not warmed faster than it
// accepts them. Slow start, as TCP has it: doubles with each round trip until the server's queue of connections
// overflows, which shows as a SYN that was sent again a second later, or as a reset.
//
// Invariant: between `smallest` and `largest`, and halved at most once for the dials of one round: those that
// were under way when it was halved tell nothing new.

/** Dials under way, to begin with. */
export const first = 64;
export const smallest = 8;
export const largest = 1_024;
/** TCP sends a SYN again after a second (RFC 6298, 2.1): a dial that took so much longer than the fastest one was dropped. */
export const lateMs = 900;
/** The fastest dial is the one of so many lately, and of as many before. */
const memory = 256;
/** What a server says, or its system, when its queue is full. */
const crowded = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'CONNECT_TIMEOUT']);

export class ConnectPace {
  #limit = first;
  /** Outcomes that belong to the round in which the limit was halved. */
  #told = 0;
  /** Failures since the last success; Infinity: there was none. */
  #failures = Infinity;
  /** Of the last dials, and of those before; Infinity: there were none. */
  #fastestMs = Infinity;
  #fastestBeforeMs = Infinity;
  #timed = 0;

  /** So many may be under way. */
  get limit(): number {
    return this.#limit;
  }

  /** One more dial may begin while so many are under way. */
  may(dialling: number): boolean {
    return dialling < this.#limit;
  }

  /** A dial has brought a connection, from its beginning to the end of the handshake. */
  succeeded(ms: number): void {
    const isLate = ms > Math.min(this.#fastestMs, this.#fastestBeforeMs) + lateMs;
    this.#remember(ms);
    this.#failures = 0;
    if (this.#told > 0) this.#told--;
    else if (isLate) this.#halve();
    else if (this.#limit < largest) this.#limit++;
  }

  /** A dial has failed; not one that was given up. A server at which nobody listens, or a name that is none, is no crowd. */
  failed(error: Error | null = null): void {
    if (error !== null && !crowded.has('code' in error ? error.code : null)) return;
    // Where all fail nobody is crowded out: the server is down.
    const othersSucceed = ++this.#failures <= this.#limit;
    if (this.#told > 0) this.#told--;
    else if (othersSucceed) this.#halve();
  }

  #halve(): void {
    this.#told = this.#limit - 1;
    this.#limit = Math.max(smallest, this.#limit >> 1);
  }

  #remember(ms: number): void {
    this.#fastestMs = Math.min(this.#fastestMs, ms);
    if (++this.#timed < memory) return;
    this.#timed = 0;
    this.#fastestBeforeMs = this.#fastestMs;
    this.#fastestMs = Infinity;
  }
}
