// Finds the addresses of hosts for all connections of a transport: one lookup for all that wait for it
// together, remembered for a while, served on when the name server fails. `AddressOrder` sorts them.
// The system's resolver is asked (getaddrinfo), so that /etc/hosts and nsswitch hold. It tells no
// time-to-live, and runs on the few threads of libuv's pool that write our files too: a lookup for each
// connection would keep those waiting.
// Invariant: a callback is made once, never before the call that asked has returned.

import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { closeSync, openSync } from 'node:fs';
import { isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { devNull } from 'node:os';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock, TimerHandle } from '../../concurrency/clock.ts';
import { AddressOrder } from './address-order.ts';

/** What a lookup found is used for so long. */
export const timeToLiveMs = 30_000;
/** When a host cannot be looked up any more, what was found last is used for so long besides. */
export const staleMs = 600_000;
/** A lookup that failed is not repeated before this. */
export const failureMs = 1_000;
/** A new lookup of a known host that takes longer is not waited for (RFC 8767, 5). */
export const patienceMs = 1_800;
/** More hosts are not remembered: those that were looked up first are forgotten. */
export const maxHosts = 10_000;

type Answer = Parameters<LookupFunction>[2];
type Options = Parameters<LookupFunction>[1];

interface Waiting {
  readonly port: number;
  readonly all: boolean;
  readonly answer: Answer;
}

interface Host {
  addresses: readonly LookupAddress[];
  /** Why the last lookup failed; null: it did not. */
  error: NodeJS.ErrnoException | null;
  /** Not looked up again before this. */
  againMs: number;
  /** The addresses may be used until then. */
  usableMs: number;
  /** Those that wait for the lookup under way; null: there is none. */
  waiting: Waiting[] | null;
  /** The lookup under way takes too long: the addresses of the last one are used. */
  impatient: boolean;
  /** Counts connections. */
  turn: number;
}

/** Counts for displays and tests. */
export interface NameStatistics {
  /** Hosts that are remembered. */
  readonly hosts: number;
  /** Lookups made since the start, and those of them that failed. */
  readonly lookups: number;
  readonly failures: number;
  /** Connections that were given addresses, or an error. */
  readonly answers: number;
  /** Those of them that went on with addresses older than their time-to-live. */
  readonly stale: number;
  /** Addresses that failed and have not been seen to work since. */
  readonly left: number;
}

/**
 * The addresses of hosts. Sources: RFC 8767 (serving stale data), RFC 8305 (happy eyeballs, which is Node's part).
 * @example
 * const names = new NameLookup();
 * const socket = connect({ host: 'api.example.com', port: 443, lookup: names.towards(443) });
 * names.watch(socket);
 */
export class NameLookup {
  readonly #lookup: LookupFunction;
  readonly #clock: Clock;
  readonly #order: AddressOrder;
  readonly #hosts = new Map<string, Host>();
  readonly #counts = { lookups: 0, failures: 0, answers: 0, stale: 0 };

  /**
   * @param lookup asked with `all: true` @default node:dns.lookup
   * @param clock for tests
   */
  constructor(lookup: LookupFunction = systemLookup, clock: Clock = systemClock) {
    this.#lookup = lookup;
    this.#clock = clock;
    this.#order = new AddressOrder(clock);
  }

  /** The `lookup` of sockets that connect to this port. An address is left for the port at which it failed. */
  towards(port: number): LookupFunction {
    return (name, options, answer) => this.#find(name, options, { port, all: options.all === true, answer });
  }

  /** Learns from a socket that has just begun to connect which addresses work. */
  watch(socket: Socket): void {
    // Node tries several addresses on one socket, and tells of those that failed only here if one works.
    socket.on('connectionAttemptFailed', (address, port, _family, error) => {
      if (isFaultOf(socket, error)) this.#order.failed(address, port);
    });
    socket.on('connectionAttemptTimeout', (address, port) => {
      if (isFaultOf(socket, null)) this.#order.failed(address, port);
    });
    socket.once('connect', () => {
      const { remoteAddress, remotePort } = socket;
      if (remoteAddress !== undefined && remotePort !== undefined) this.#order.worked(remoteAddress, remotePort);
    });
  }

  statistics(): NameStatistics {
    return { hosts: this.#hosts.size, ...this.#counts, left: this.#order.left };
  }

  #find(name: string, options: Options, waiting: Waiting): void {
    const key = `${name} ${options.family ?? 0} ${options.hints ?? 0}`;
    const host = this.#hosts.get(key) ?? newHost(this.#clock.now());
    if (host.waiting === null && this.#clock.now() >= host.againMs) this.#ask(key, host, name, options);
    if (host.waiting === null || host.impatient) this.#answer(host, waiting);
    else host.waiting.push(waiting);
  }

  #ask(key: string, host: Host, name: string, options: Options): void {
    this.#remember(key, host);
    this.#counts.lookups++;
    host.waiting = [];
    host.impatient = false;
    let patience: TimerHandle | null = null;
    if (host.addresses.length > 0 && this.#clock.now() < host.usableMs) {
      patience = this.#clock.setTimer(patienceMs, () => {
        host.impatient = true;
        this.#answerAll(host, []);
      });
    }
    let over = false;
    const done = (error: Error | null, addresses: readonly LookupAddress[]): void => {
      // A resolver that is not ours may call back twice.
      if (over) return;
      over = true;
      if (patience !== null) this.#clock.clearTimer(patience);
      const shortage = error === null ? null : shortageNow();
      this.#learn(host, shortage ?? error, addresses);
      if (shortage !== null) host.againMs = this.#clock.now();
      this.#answerAll(host, null);
    };
    try {
      this.#lookup(name, { ...options, all: true }, (error, found) => {
        const addresses = error === null ? usable(found) : [];
        done(error ?? (addresses.length === 0 ? noAddress(name) : null), addresses);
      });
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), []);
    }
  }

  #learn(host: Host, error: Error | null, addresses: readonly LookupAddress[]): void {
    const now = this.#clock.now();
    host.error = error;
    host.impatient = false;
    if (error === null) {
      host.addresses = addresses;
      host.againMs = now + timeToLiveMs;
      host.usableMs = host.againMs + staleMs;
      return;
    }
    this.#counts.failures++;
    host.againMs = now + failureMs;
    if (now >= host.usableMs) host.addresses = [];
  }

  /** Answers all that wait; `next` are those that will wait from now on. */
  #answerAll(host: Host, next: Waiting[] | null): void {
    const waiting = host.waiting ?? [];
    host.waiting = next;
    for (const one of waiting) this.#answer(host, one);
  }

  #answer(host: Host, { port, all, answer }: Waiting): void {
    const [first] = host.addresses;
    this.#counts.answers++;
    if (first === undefined) {
      process.nextTick(answer, host.error, []);
      return;
    }
    if (host.error !== null || host.impatient) this.#counts.stale++;
    const addresses = this.#order.order(host.addresses, port, host.turn++);
    const best = addresses[0] ?? first;
    if (all) process.nextTick(answer, null, addresses);
    else process.nextTick(answer, null, best.address, best.family);
  }

  /** As the newest; the oldest goes if there are too many. Those that wait for it are answered all the same. */
  #remember(key: string, host: Host): void {
    this.#hosts.delete(key);
    this.#hosts.set(key, host);
    if (this.#hosts.size <= maxHosts) return;
    for (const oldest of this.#hosts.keys()) {
      this.#hosts.delete(oldest);
      return;
    }
  }
}

function newHost(now: number): Host {
  return { addresses: [], error: null, againMs: now, usableMs: now, waiting: null, impatient: false, turn: 0 };
}

/** What a resolver found; Node stumbles over lists without an address. */
function usable(found: string | readonly LookupAddress[]): LookupAddress[] {
  const list = typeof found === 'string' ? [found] : found.map(({ address }) => address);
  return [...new Set(list)].map((address) => ({ address, family: isIP(address) })).filter(({ family }) => family !== 0);
}

function noAddress(name: string): Error {
  return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND', hostname: name });
}

/** Without a descriptor the system finds no name, and says that there is none of this kind. */
function shortageNow(): Error | null {
  try {
    closeSync(openSync(devNull, 'r'));
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Shortages of this machine, and a dialling that was given up, say nothing about the address. */
const notItsFault = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ECANCELED']);

/** A host with one address has no other to turn to. */
function isFaultOf(socket: Socket, error: NodeJS.ErrnoException | null): boolean {
  const severalAddresses = Array.isArray(socket.autoSelectFamilyAttemptedAddresses);
  return severalAddresses && !socket.destroyed && !notItsFault.has(error?.code ?? '');
}
