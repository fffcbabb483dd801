// The load of a soak: bursts, trickles and silences of random requests over some transports, which are now
// and then closed under way and made anew. In each silence nothing may be in flight, and the system must know
// no socket that the transport does not count.

import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/concurrency/clock.ts';
import { seededRandom } from '../../src/concurrency/random.ts';
import type { Random } from '../../src/concurrency/random.ts';
import { TimerWheel } from '../../src/concurrency/time/timer-wheel.ts';
import { ByteString } from '../../src/http/byte-string.ts';
import type { RequestBody } from '../../src/http/request.ts';
import type { Transport } from '../../src/http/transport.ts';
import { unrulyBytes } from '../../src/testing/unruly-bytes.ts';
import { drawUnrulyPlan } from '../../src/testing/unruly-plan.ts';
import type { UnrulyTemper } from '../../src/testing/unruly-plan.ts';
import { canCountSockets, openSockets } from './open-sockets.ts';
import { SoakBody } from './soak-body.ts';
import { SoakRequest } from './soak-request.ts';
import type { GiveUp, Interference, RequestOwner } from './soak-request.ts';
import type { SoakTally } from './soak-tally.ts';

/** Servers that are met through one transport after another. */
export interface Lane {
  readonly origins: readonly string[];
  readonly temper: UnrulyTemper;
  readonly makeTransport: () => Transport;
}

/** How much, and how long. */
export interface LoadOptions {
  readonly lanes: readonly Lane[];
  readonly inFlight: number;
  readonly requests: number;
  readonly forMs: number;
  readonly seed: number;
  /** Times of all kinds are a share of this. */
  readonly maxDelayMs: number;
  /** No body of a request is larger. */
  readonly maxUpBytes: number;
  /** What has not come to its end after so long never will. */
  readonly stuckMs: number;
  readonly tally: SoakTally;
  /** Something is so wrong that nothing more is worth while. */
  readonly isEnough: () => boolean;
}

const methods = 'GET GET GET GET GET GET HEAD OPTIONS DELETE POST POST POST PUT'.split(' ');
const givingUp: readonly GiveUp[] = [
  'at-once',
  'in-microtask',
  'later',
  'later',
  'later',
  'in-information',
  'in-head',
  'in-data',
  'in-trailers',
];
const headers = ['accept', '*/*', 'user-agent', 'soak'];
const tickMs = 10;

export class SoakLoad implements RequestOwner {
  readonly tally: SoakTally;
  readonly wheel = new TimerWheel(systemClock);
  readonly stuckMs: number;
  readonly patienceMs: number;
  readonly #options: LoadOptions;
  readonly #random: Random;
  readonly #transports: Transport[];
  readonly #closing = new Set<Transport>();
  readonly #ports: ReadonlySet<number>;
  readonly #open = new Set<SoakRequest>();
  #nextId = 1;
  /** So many are to be in flight now. */
  #aim = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.tally = options.tally;
    this.stuckMs = options.stuckMs;
    this.patienceMs = 3 * options.maxDelayMs;
    this.#random = seededRandom(options.seed);
    this.#transports = options.lanes.map(({ makeTransport }) => makeTransport());
    this.#ports = new Set(
      options.lanes.flatMap(({ origins }) => origins.map((origin) => Number(new URL(origin).port))),
    );
  }

  get inFlight(): number {
    return this.#open.size;
  }

  /** As the transports count them. */
  get connections(): number {
    return this.#transports.reduce((sum, transport) => sum + transport.statistics().connections, 0);
  }

  /** As the system counts them; -1: it does not. */
  get sockets(): number {
    return canCountSockets ? openSockets(this.#ports) : -1;
  }

  /** To the end: everything has been closed, and what is left is a violation. */
  async run(): Promise<void> {
    const { forMs, isEnough, maxDelayMs, requests } = this.#options;
    const untilMs = systemClock.now() + forMs;
    const isOver = (): boolean => systemClock.now() > untilMs || this.tally.sent >= requests || isEnough();
    while (!isOver()) {
      await this.#keepUp(this.#options.inFlight, 3 * maxDelayMs * this.#random(), isOver);
      if (this.#random() < 0.4) this.#renew();
      await this.#keepUp(this.#options.inFlight / 10, 2 * maxDelayMs * this.#random(), isOver);
      if (this.#random() < 0.3) await this.#beSilent();
    }
    await this.#beSilent();
    await this.#keepUp(this.#options.inFlight, maxDelayMs / 2, isEnough);
    this.#aim = 0;
    for (const transport of this.#transports) this.#close(transport);
    await this.#waitFor(
      () => this.sockets <= 0,
      'sockets are open behind the close',
      () => this.sockets,
    );
  }

  isClosing(transport: Transport): boolean {
    return this.#closing.has(transport);
  }

  over(request: SoakRequest): void {
    if (!this.#open.delete(request)) this.tally.violation(`request ${request.id} was settled twice`);
    // Half of them are followed from within a callback.
    if (this.#open.size < this.#aim && this.#random() < 0.5 && !this.isClosing(request.transport)) this.#sendOne();
  }

  /** Keeps so many in flight for a while. */
  async #keepUp(aim: number, forMs: number, isOver: () => boolean): Promise<void> {
    const untilMs = systemClock.now() + forMs;
    this.#aim = Math.ceil(aim);
    while (systemClock.now() < untilMs && !isOver()) {
      while (this.#open.size < this.#aim) this.#sendOne();
      await sleep(tickMs);
    }
  }

  /** Lets all be settled, waits longer than connections are kept, or not, and looks what is there. */
  async #beSilent(): Promise<void> {
    this.#aim = 0;
    await this.#waitFor(
      () => this.#open.size === 0,
      'requests are in flight for ever',
      () => this.#open.size,
    );
    if (this.#options.isEnough()) return;
    for (const transport of this.#transports) {
      const { inFlight } = transport.statistics();
      if (inFlight !== 0) this.tally.violation(`the transport counts ${inFlight} in flight, and there are none`);
    }
    await sleep(this.#random() * 1.5 * this.#options.maxDelayMs);
    const differ = (): string => `${this.sockets} for ${this.connections} connections`;
    // There may be fewer: a server is gone before that has been read.
    await this.#waitFor(() => this.sockets <= this.connections, 'sockets are open', differ);
  }

  async #waitFor(isSo: () => boolean, orElse: string, detail: () => string | number): Promise<void> {
    const untilMs = systemClock.now() + this.stuckMs;
    while (!isSo()) {
      if (this.#options.isEnough()) return;
      if (systemClock.now() > untilMs) {
        this.tally.violation(`${orElse}: ${detail()}`);
        return;
      }
      await sleep(2 * tickMs);
    }
  }

  /** Closes a transport under way, and puts another in its place. */
  #renew(): void {
    const nth = Math.floor(this.#random() * this.#transports.length);
    const [old, lane] = [this.#transports[nth], this.#options.lanes[nth]];
    if (old === undefined || lane === undefined) return;
    this.#transports[nth] = lane.makeTransport();
    this.#close(old);
  }

  #close(transport: Transport): void {
    this.#closing.add(transport);
    void transport.close();
    const left = [...this.#open].filter((request) => request.transport === transport);
    // undici's transport tells them a little later.
    const look = (): void => {
      const { connections, inFlight } = transport.statistics();
      const open = left.filter((request) => this.#open.has(request)).length;
      if (open + inFlight + connections > 0)
        this.tally.violation(
          `after the close ${open} were not told, ${inFlight} in flight, ${connections} connections`,
        );
      this.#closing.delete(transport);
    };
    systemClock.setTimer(500, look);
  }

  #sendOne(): void {
    const { lanes, maxDelayMs, maxUpBytes } = this.#options;
    const random = this.#random;
    const id = this.#nextId++;
    const nth = Math.floor(random() * lanes.length);
    const [lane, transport] = [lanes[nth], this.#transports[nth]];
    if (lane === undefined || transport === undefined) return;
    const origin = lane.origins[Math.floor(random() * lane.origins.length)] ?? '';
    const method = methods[Math.floor(random() * methods.length)] ?? 'GET';
    const upBytes = method === 'POST' || method === 'PUT' ? Math.min(maxUpBytes, uploadSize(random)) : 0;
    const streams = upBytes > 0 && random() < 0.4;
    const source = streams ? new SoakBody(id, upBytes, random, maxDelayMs / 10) : null;
    const path = `/${id}?up=${upBytes}`;
    const body = streams || upBytes === 0 ? null : plainBody(id, upBytes, random);
    const request = { method, origin, path, headers, body, shownUrl: origin + path };
    const plan = drawUnrulyPlan(lane.temper, id);
    const sent = new SoakRequest(id, transport, request, source, plan, this.#interference(), this);
    this.#open.add(sent);
    sent.send();
  }

  #interference(): Interference {
    const { maxDelayMs } = this.#options;
    const random = this.#random;
    return {
      giveUp: random() < 0.12 ? (givingUp[Math.floor(random() * givingUp.length)] ?? null) : null,
      afterMs: random() ** 2 * maxDelayMs,
      pauses: random() < 0.15 ? 1 + Math.floor(random() * 3) : 0,
      pauseMs: random() < 0.2 ? 0 : (random() * maxDelayMs) / 4,
      fresh: random() < 0.05,
    };
  }
}

function uploadSize(random: Random): number {
  const size = random();
  return 1 + Math.floor(random() * (size < 0.7 ? 2_000 : size < 0.97 ? 60_000 : 1_500_000));
}

function plainBody(id: number, bytes: number, random: Random): RequestBody {
  const content = unrulyBytes('u', id, 0, bytes);
  const kind = random();
  if (kind < 0.3) return content;
  return kind < 0.6 ? content.toString('latin1') : new ByteString(content.toString('latin1'));
}
