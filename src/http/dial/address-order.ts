// In which order the addresses of a host are tried: in turn, so that connections spread, and those
// that failed lately last. Knows no names and opens nothing.
//
// Invariant: while another address works, one that failed is the first of one connection in `leftMs` only.

import type { LookupAddress } from 'node:dns';
import type { Clock } from '../../concurrency/clock.ts';

/** An address that failed is left for so long, as long as there is another. */
export const leftMs = 30_000;
/** More failed addresses are not remembered: those that failed first are forgotten. */
const maxLeft = 10_000;

export class AddressOrder {
  readonly #clock: Clock;
  /** When an address and port may be tried again. */
  readonly #left = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Addresses that failed and have not been seen to work since. */
  get left(): number {
    return this.#left.size;
  }

  /**
   * The addresses for one connection, the one to begin with first.
   * @param turn counts the connections to the host
   */
  order(addresses: readonly LookupAddress[], port: number, turn: number): LookupAddress[] {
    if (this.#left.size === 0 || addresses.length === 1) return inTurn(addresses, turn);
    const now = this.#clock.now();
    const working: LookupAddress[] = [];
    const left: LookupAddress[] = [];
    let due: LookupAddress | null = null;
    for (const address of addresses) {
      const untilMs = this.#left.get(keyOf(address.address, port));
      if (untilMs === undefined) working.push(address);
      else if (untilMs <= now && due === null) due = address;
      else left.push(address);
    }
    if (working.length === 0) return inTurn(addresses, turn);
    if (due !== null) {
      // One connection finds out whether it works again; the others go on without it meanwhile.
      this.failed(due.address, port);
      return [due, ...inTurn(working, turn)];
    }
    // Trap: Node alternates the families of a list, which would put one that is left before one that works.
    return working.length === 1 ? [...working, ...left] : inTurn(working, turn);
  }

  /** No connection to this address could be made. */
  failed(address: string, port: number): void {
    const key = keyOf(address, port);
    this.#left.delete(key);
    this.#left.set(key, this.#clock.now() + leftMs);
    if (this.#left.size <= maxLeft) return;
    for (const oldest of this.#left.keys()) {
      this.#left.delete(oldest);
      return;
    }
  }

  /** A connection to this address was made. */
  worked(address: string, port: number): void {
    if (this.#left.size > 0) this.#left.delete(keyOf(address, port));
  }
}

/**
 * Each begins with another address, within the families: which family comes first is the system's to
 * say (RFC 6724), and on `localhost` the two may well be two different services.
 */
function inTurn(addresses: readonly LookupAddress[], turn: number): LookupAddress[] {
  const first = addresses[0]?.family;
  return [
    ...rotated(
      addresses.filter(({ family }) => family === first),
      turn,
    ),
    ...rotated(
      addresses.filter(({ family }) => family !== first),
      turn,
    ),
  ];
}

function rotated(addresses: readonly LookupAddress[], turn: number): LookupAddress[] {
  const at = addresses.length === 0 ? 0 : turn % addresses.length;
  return [...addresses.slice(at), ...addresses.slice(0, at)];
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
