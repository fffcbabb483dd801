// Tells the largest number of requests that arrived within any 100 ms and any second, kept up while they
// arrive, so that a rate can be proved without keeping a log. Exact up to `mostKept` arrivals a second;
// beyond, the count stays at that number. It knows no clock: the caller says what time it is.

const mostKept = 65_536;

/** The most arrivals in windows of two lengths, wherever they begin. */
export interface ArrivalsSummary {
  readonly mostIn100Ms: number;
  readonly mostIn1000Ms: number;
}

export class ArrivalWindows {
  /** A ring: positions only grow and are taken modulo its length, a power of two. */
  #times = new Float64Array(1024);
  #end = 0;
  #secondBegins = 0;
  #tenthBegins = 0;
  #mostInSecond = 0;
  #mostInTenth = 0;

  /** Notes an arrival, none earlier than the one before. */
  add(nowMs: number): void {
    while (this.#secondBegins < this.#end && this.#at(this.#secondBegins) <= nowMs - 1000) this.#secondBegins++;
    if (this.#end - this.#secondBegins === this.#times.length) this.#makeRoom();
    this.#times[this.#end & (this.#times.length - 1)] = nowMs;
    this.#end++;
    if (this.#tenthBegins < this.#secondBegins) this.#tenthBegins = this.#secondBegins;
    while (this.#at(this.#tenthBegins) <= nowMs - 100) this.#tenthBegins++;
    if (this.#end - this.#secondBegins > this.#mostInSecond) this.#mostInSecond = this.#end - this.#secondBegins;
    if (this.#end - this.#tenthBegins > this.#mostInTenth) this.#mostInTenth = this.#end - this.#tenthBegins;
  }

  reset(): void {
    this.#secondBegins = this.#tenthBegins = this.#end;
    this.#mostInSecond = this.#mostInTenth = 0;
  }

  summary(): ArrivalsSummary {
    return { mostIn100Ms: this.#mostInTenth, mostIn1000Ms: this.#mostInSecond };
  }

  #at(position: number): number {
    return this.#times[position & (this.#times.length - 1)] ?? 0;
  }

  #makeRoom(): void {
    if (this.#times.length >= mostKept) {
      this.#secondBegins++;
      return;
    }
    const larger = new Float64Array(this.#times.length * 2);
    for (let at = this.#secondBegins; at < this.#end; at++) larger[at & (larger.length - 1)] = this.#at(at);
    this.#times = larger;
  }
}
