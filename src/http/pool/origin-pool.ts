// The connections to one origin: picks the one that carries an exchange, has new ones opened for those that
// wait, drops those that are of no more use. The pick is O(1).
//
// Over TLS the first connection decides the protocol, and those that come meanwhile wait for it and open no
// sockets; over HTTP/2 they also wait for the server's SETTINGS. Invariants: a carrier is listed exactly if it
// can be given one more exchange; while somebody waits, a dial is under way or a carrier learns.

import { Bag } from '../../concurrency/containers/bag.ts';
import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import type { TimeoutOwner, TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import { ConnectionList } from '../connection-list.ts';
import { ConnectTimeout } from '../dial/connect-timeout.ts';
import { isIdempotent } from '../request.ts';
import type { Carrier } from './carrier.ts';
import { Dials } from './dials.ts';
import type { DialParts, DialsOwner } from './dials.ts';
import type { Route } from './route.ts';
import { WaitingLine } from './waiting-line.ts';
import type { WireExchange } from './wire-exchange.ts';

/** Connections beyond these are closed when they become idle. */
const maxIdle = 1_024;
/** How often it is looked for connections that were idle too long, and whether there is anything at all. */
const sweepMs = 1_000;
/** A dial that takes too long says why; those that only waited for one do a little later. */
const patienceMs = 100;
/** What has come on a connection that was idle for so long may not have been read yet. */
const unreadMs = 1;
/** An exchange that was given back so often fails. */
const maxReturns = 5;

/** What the pools of a transport share. */
export interface PoolParts extends DialParts {
  readonly wheel: TimerWheel;
  readonly connectTimeoutMs: number;
  readonly counts: { open: number; made: number };
  /** The pool has no connection left, and nobody waits: origins of long ago shall cost nothing. */
  forget(pool: OriginPool): void;
}

export class OriginPool implements DialsOwner {
  readonly origin: string;
  readonly #parts: PoolParts;
  readonly #dials: Dials;
  readonly #all = new Bag<Carrier>();
  /** Those that carry nothing, and those that carry something and can take more. */
  readonly #idle = new ConnectionList<Carrier>();
  readonly #partial = new ConnectionList<Carrier>();
  readonly #learning = new Set<Carrier>();
  /** How many requests the connection that learned last may carry at once; 0: not known, or it has no meaning. */
  #streamsEach = 0;
  readonly #line = new WaitingLine();
  /** Those that want a connection which is opened from now on. */
  readonly #freshLine = new WaitingLine();
  /** Those that are started once what has come on idle connections has been read. */
  #held: WireExchange[] = [];
  /** It is being given a request. */
  #starting: Carrier | null = null;
  /** When a connection was made last. */
  #openedMs = -Infinity;
  /** One new connection does for all that want one. */
  #sharesFresh = true;
  #isClosed = false;
  readonly #sweeper: Timeout;
  readonly #deadline: Timeout;

  constructor(route: Route, parts: PoolParts) {
    this.origin = route.origin;
    this.#parts = parts;
    this.#dials = new Dials(route, parts, this);
    // Of the background, as idle connections are: while somebody waits, a dial with a time of its own goes on.
    this.#sweeper = new Timeout(
      onTimeout(() => this.#sweep()),
      true,
    );
    this.#deadline = new Timeout(
      onTimeout(() => this.#failLate()),
      true,
    );
    parts.wheel.set(this.#sweeper, sweepMs);
  }

  /** Has an exchange carried, now or as soon as there is a connection for it. */
  start(exchange: WireExchange): void {
    const nowMs = this.#parts.clock.now();
    const carrier = exchange.fresh ? null : this.#pick(exchange, nowMs);
    if (carrier === null) this.#wait(exchange, nowMs);
    else if (this.#mayHaveUnread(carrier, nowMs)) this.#hold(exchange);
    else this.#assign(carrier, exchange);
  }

  /** It waits no longer. */
  abandon(exchange: WireExchange): void {
    if (!exchange.waits) return;
    (exchange.fresh ? this.#freshLine : this.#line).remove(exchange);
    if (this.#dials.size > this.#waiting) this.#dials.giveUpOne();
  }

  freed(carrier: Carrier, usable: boolean): void {
    this.#unlist(carrier);
    carrier.assigned--;
    if (carrier.bagIndex < 0) return;
    if ((!usable && !carrier.multiplexed) || (carrier.assigned === 0 && carrier.limit === 0)) this.#drop(carrier);
    // What could not be sent at all is given back at once, and whoever gives the carrier requests goes on by itself:
    // thousands of them would overflow the stack.
    else if (carrier === this.#starting) return;
    else if (this.#line.size > 0) this.#serve(carrier, false);
    else this.#list(carrier);
  }

  limitChanged(carrier: Carrier): void {
    if (carrier.bagIndex < 0) return;
    this.#unlist(carrier);
    const hasLearned = !carrier.isLearning && this.#learning.delete(carrier);
    if (hasLearned) this.#streamsEach = carrier.limit;
    if (carrier.limit === 0 && carrier.assigned === 0) this.#drop(carrier);
    else this.#serve(carrier, hasLearned);
    this.#dialForWaiting();
  }

  gone(carrier: Carrier): void {
    if (carrier.bagIndex >= 0) this.#drop(carrier);
  }

  unprocessed(exchange: WireExchange, reason: Error): void {
    if (exchange.done || this.#isClosed) return;
    exchange.takeBack();
    if (exchange.returns > maxReturns) exchange.fail(reason);
    else this.start(exchange);
  }

  opened(carrier: Carrier): void {
    const { clock, counts } = this.#parts;
    counts.open++;
    counts.made++;
    this.#openedMs = clock.now();
    this.#all.add(carrier);
    if (carrier.isLearning) this.#learning.add(carrier);
    this.#serve(carrier, true);
    this.#dialForWaiting();
  }

  dialFailed(error: Error): void {
    // As many as one connection would have carried waited for this one; all of them, if that is not known.
    const sharing = this.#dials.protocol === 'http1' ? 1 : this.#streamsEach || this.#waiting;
    let failing = Math.min(sharing, this.#waiting);
    for (; failing > 0; failing--) (this.#freshLine.shift() ?? this.#line.shift())?.fail(error);
    this.#dialForWaiting();
  }

  /**
   * An exchange has failed on a connection that it had wanted to be new. A server that closes after each answer
   * is to be met with a connection for each.
   */
  freshFailed(): void {
    this.#sharesFresh = false;
  }

  /** Closes what carries nothing. Thousands may ask for it one after another: those that are busy are not gone through. */
  closeIdle(): void {
    for (let idle = this.#idle.top; idle !== null; idle = this.#idle.top) this.#drop(idle);
  }

  /** Ends all connections at once. Those that wait are forgotten; they, and what is in flight, are failed by the caller. */
  destroy(): void {
    const { wheel } = this.#parts;
    this.#isClosed = true;
    for (const line of [this.#freshLine, this.#line]) while (line.shift() !== null);
    this.#dials.giveUpAll();
    wheel.clear(this.#sweeper);
    wheel.clear(this.#deadline);
    for (const carrier of this.#all.toArray()) if (carrier.bagIndex >= 0) this.#drop(carrier);
  }

  /**
   * Bytes that nobody asked for may have come, or the end of the connection: it shows when this turn of the
   * event loop has ended. A connection that was given back just now does not wait.
   */
  #mayHaveUnread({ assigned, idleSinceMs, multiplexed }: Carrier, nowMs: number): boolean {
    return assigned === 0 && !multiplexed && nowMs - idleSinceMs >= unreadMs;
  }

  #hold(exchange: WireExchange): void {
    // What came while the events of this turn were handled is read in the next one.
    if (this.#held.push(exchange) === 1) setImmediate(() => setImmediate(() => this.#startHeld()));
  }

  #startHeld(): void {
    const held = this.#held;
    const nowMs = this.#parts.clock.now();
    this.#held = [];
    for (const exchange of held) {
      if (exchange.done) continue;
      const carrier = this.#pick(exchange, nowMs);
      if (carrier === null) this.#wait(exchange, nowMs);
      else this.#assign(carrier, exchange);
    }
  }

  get #waiting(): number {
    return this.#line.size + this.#freshLine.size;
  }

  #pick(exchange: WireExchange, nowMs: number): Carrier | null {
    const partial = this.#partial.top;
    if (partial !== null && (partial.multiplexed || mayFollow(exchange))) return partial;
    for (;;) {
      const idle = this.#idle.top;
      if (idle === null || nowMs - idle.idleSinceMs < idle.keepMs) return idle;
      this.#drop(idle);
    }
  }

  #assign(carrier: Carrier, exchange: WireExchange): void {
    const outer = this.#starting;
    this.#unlist(carrier);
    if (carrier.assigned++ === 0) carrier.keepProcess(true);
    this.#starting = carrier;
    exchange.assigned(carrier.carried === 0 ? carrier.dialTimes : null);
    carrier.start(exchange);
    this.#starting = outer;
    if (carrier.bagIndex >= 0) this.#list(carrier);
  }

  #wait(exchange: WireExchange, nowMs: number): void {
    const { connectTimeoutMs, wheel } = this.#parts;
    exchange.waitsSinceMs = nowMs;
    if (this.#deadline.next === null) wheel.set(this.#deadline, connectTimeoutMs + patienceMs);
    (exchange.fresh ? this.#freshLine : this.#line).push(exchange);
    this.#dialForWaiting();
  }

  /** Gives a carrier all that it can take of those that wait. */
  #serve(carrier: Carrier, isNew: boolean): void {
    while (carrier.assigned < carrier.limit && carrier.bagIndex >= 0) {
      const mayTakeFresh = isNew && (this.#sharesFresh || carrier.carried === 0);
      const next = (mayTakeFresh ? this.#freshLine.first : null) ?? this.#line.first;
      if (next === null || (carrier.assigned > 0 && !carrier.multiplexed && !mayFollow(next))) break;
      (next.fresh ? this.#freshLine : this.#line).remove(next);
      this.#assign(carrier, next);
    }
    if (carrier.bagIndex >= 0) this.#list(carrier);
  }

  #list(carrier: Carrier): void {
    if (carrier.listed || carrier.assigned >= carrier.limit) return;
    if (carrier.assigned > 0) {
      this.#partial.push(carrier);
      return;
    }
    const { clock } = this.#parts;
    carrier.idleSinceMs = clock.now();
    carrier.keepProcess(false);
    this.#idle.push(carrier);
    const oldest = this.#idle.bottom;
    if (this.#idle.size > maxIdle && oldest !== null) this.#drop(oldest);
  }

  /** Before `assigned` changes: it says in which list a carrier is. */
  #unlist(carrier: Carrier): void {
    if (carrier.listed) (carrier.assigned === 0 ? this.#idle : this.#partial).remove(carrier);
  }

  #drop(carrier: Carrier): void {
    this.#unlist(carrier);
    this.#all.delete(carrier);
    this.#learning.delete(carrier);
    this.#parts.counts.open--;
    carrier.destroy();
    this.#dialForWaiting();
  }

  #dialForWaiting(): void {
    for (;;) {
      const together = this.#sharesFresh || this.#freshLine.size === 0;
      const streams = together ? this.#streamsEach : 0;
      // The first connection tells how many requests each may carry: then as many are opened at once as it takes.
      const expected = streams > 0 ? (this.#dials.size + this.#learning.size) * streams : this.#dials.size;
      if (expected >= this.#waiting || (streams === 0 && together && this.#learning.size > 0)) return;
      if (!this.#dials.mayBegin(together && streams === 0)) return;
      this.#dials.begin();
    }
  }

  #sweep(): void {
    const { clock, wheel } = this.#parts;
    const nowMs = clock.now();
    let carrier = this.#idle.bottom;
    while (carrier !== null) {
      const { above } = carrier;
      if (nowMs - carrier.idleSinceMs >= carrier.keepMs) this.#drop(carrier);
      carrier = above;
    }
    if (!this.#isUnused) {
      wheel.set(this.#sweeper, sweepMs);
      return;
    }
    wheel.clear(this.#deadline);
    this.#parts.forget(this);
  }

  /** Fails those that have waited for a connection for too long, and during whose time none could be made. */
  #failLate(): void {
    const { clock, connectTimeoutMs, wheel } = this.#parts;
    const nowMs = clock.now();
    const limitMs = connectTimeoutMs + patienceMs;
    let nextMs = Infinity;
    for (const line of [this.#freshLine, this.#line]) {
      for (;;) {
        if (line.first === null) break;
        const leftMs = Math.max(line.first.waitsSinceMs, this.#openedMs) + limitMs - nowMs;
        nextMs = Math.min(nextMs, leftMs > 0 ? leftMs : Infinity);
        if (leftMs > 0) break;
        line.shift()?.fail(new ConnectTimeout(new AggregateError([])));
      }
    }
    if (nextMs < Infinity) wheel.set(this.#deadline, nextMs);
  }

  get #isUnused(): boolean {
    return this.#all.size === 0 && this.#dials.size === 0 && this.#waiting === 0 && this.#held.length === 0;
  }
}

/** Whether a request may be sent behind another one whose answer has not come (RFC 9112, 9.3.2). */
function mayFollow({ request, body }: WireExchange): boolean {
  return body === null && isIdempotent(request.method);
}

function onTimeout(act: () => void): TimeoutOwner {
  return { onTimeout: act };
}
