// Those that wait for a connection, first come, first served. Leaving from the middle costs O(1), since a
// caller may give up at any time.

import type { WireExchange } from './wire-exchange.ts';

export class WaitingLine {
  size = 0;
  first: WireExchange | null = null;
  #last: WireExchange | null = null;

  push(exchange: WireExchange): void {
    exchange.waits = true;
    exchange.ahead = this.#last;
    exchange.behind = null;
    if (this.#last === null) this.first = exchange;
    else this.#last.behind = exchange;
    this.#last = exchange;
    this.size++;
  }

  shift(): WireExchange | null {
    const { first } = this;
    if (first !== null) this.remove(first);
    return first;
  }

  remove(exchange: WireExchange): void {
    if (exchange.ahead === null) this.first = exchange.behind;
    else exchange.ahead.behind = exchange.behind;
    if (exchange.behind === null) this.#last = exchange.ahead;
    else exchange.behind.ahead = exchange.ahead;
    exchange.waits = false;
    exchange.ahead = null;
    exchange.behind = null;
    this.size--;
  }
}
