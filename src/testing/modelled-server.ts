// A transport that leads to modelled servers, one for each origin: how long a request takes, and what
// becomes of it, follows from how many are in service and from the time of a fake clock. Thousands in
// flight cost one timer.
//
// Invariant: no callback before `send` has returned, one end at most, nothing after a cancel.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import { DueHeap } from '../concurrency/time/due-heap.ts';
import type { Random } from '../concurrency/random.ts';
import { TransportError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../http/transport.ts';
import { ModelledQuota } from './modelled-quota.ts';
import { courseAt, kneeFactor, lognormal } from './physics-model.ts';
import type { ServerModel } from './physics-model.ts';

const defaultRefusalMs = 1;
const noHeaders: readonly string[] = [];

/** What a server did. */
export interface ServerCounts {
  /** Requests that reached it, refused ones included. */
  received: number;
  served: number;
  /** 429, or dropped for being above a limit. */
  refused: number;
  mostInFlight: number;
}

type Fate = 'served' | 'refused' | 'failed';

class ModelledExchange implements Exchange {
  readonly server: Server;
  readonly handler: ResponseHandler;
  readonly reused: boolean;
  readonly number: number;
  sent = true;
  answered = false;
  isOver = false;
  isInService = false;
  status = 200;
  headers = noHeaders;
  code: ErrorCode | null = null;
  fate: Fate = 'served';

  constructor(server: Server, handler: ResponseHandler, reused: boolean, number: number) {
    this.server = server;
    this.handler = handler;
    this.reused = reused;
    this.number = number;
  }

  cancel(): void {
    if (!this.isOver) this.server.leave(this, false);
  }

  /** Its answers have no body that could be held back. */
  pause(): void {}
  resume(): void {}

  conclude(): void {
    const { handler, code, reused } = this;
    this.server.leave(this, code === null);
    if (code !== null) {
      const facts = { sent: this.sent, answered: false, reused };
      handler.onError(new TransportError(code, `the model says ${code}`, facts));
      return;
    }
    this.answered = true;
    handler.onHead(this.status, this.headers);
    handler.onEnd();
  }
}

/** One origin. */
class Server {
  readonly counts: ServerCounts = { received: 0, served: 0, refused: 0, mostInFlight: 0 };
  readonly #model: ServerModel;
  readonly #world: ModelledServer;
  readonly #queue: ModelledExchange[] = [];
  #inService = 0;
  idle = 0;
  inFlight = 0;
  #tokens: number;
  #tokensAtMs = 0;
  readonly #quota: ModelledQuota | null;

  constructor(model: ServerModel, world: ModelledServer) {
    this.#model = model;
    this.#quota = model.quota === undefined ? null : new ModelledQuota(model.quota);
    this.#world = world;
    this.#tokens = model.rate?.burst ?? 0;
  }

  receive(exchange: ModelledExchange, nowMs: number): void {
    this.counts.received++;
    this.inFlight++;
    this.counts.mostInFlight = Math.max(this.counts.mostInFlight, this.inFlight);
    const connectMs = exchange.reused ? 0 : (this.#model.connectMs ?? 0);
    if (this.#outage(exchange, nowMs) || this.#overRate(exchange, nowMs) || this.#overQuota(exchange)) return;
    if (this.#fails(exchange)) return;
    const { limit } = this.#model;
    if (limit !== undefined && !this.#hasRoom(nowMs)) {
      if (limit.above === 'queue') this.#queue.push(exchange);
      else this.#refuse(exchange, limit.refusalMs ?? defaultRefusalMs, limit.above === 'drop');
      return;
    }
    this.#serve(exchange, connectMs, nowMs);
  }

  /** An exchange ended, or was given up. */
  leave(exchange: ModelledExchange, isKept: boolean): void {
    exchange.isOver = true;
    this.inFlight--;
    this.#world.left(exchange);
    if (isKept) this.idle++;
    if (exchange.fate === 'refused') this.counts.refused++;
    else if (exchange.fate === 'served') this.counts.served++;
    if (!exchange.isInService) return;
    this.#inService--;
    while (this.#hasRoom(this.#world.nowMs)) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      if (!next.isOver) this.#serve(next, 0, this.#world.nowMs);
    }
  }

  #hasRoom(nowMs: number): boolean {
    const { limit } = this.#model;
    return limit === undefined || this.#inService < Math.floor(courseAt(limit.at, nowMs));
  }

  #serve(exchange: ModelledExchange, connectMs: number, nowMs: number): void {
    const { baseMs, jitter, knee, slow } = this.#model;
    exchange.isInService = true;
    this.#inService++;
    let ms = courseAt(baseMs, nowMs);
    if (slow !== undefined && exchange.number % slow.every === 0) ms *= slow.factor;
    if (jitter !== undefined) ms *= lognormal(jitter, this.#world.random);
    if (knee !== undefined) ms *= kneeFactor(knee, this.#inService, nowMs);
    this.#world.due(exchange, connectMs + ms);
  }

  #refuse(exchange: ModelledExchange, afterMs: number, isDropped: boolean): void {
    exchange.fate = 'refused';
    if (isDropped) exchange.code = 'connection_reset';
    else exchange.status = 429;
    this.#world.due(exchange, afterMs);
  }

  #overRate(exchange: ModelledExchange, nowMs: number): boolean {
    const { rate } = this.#model;
    if (rate === undefined) return false;
    const perMs = courseAt(rate.perSecond, nowMs) / 1000;
    this.#tokens = Math.min(rate.burst, this.#tokens + (nowMs - this.#tokensAtMs) * perMs);
    this.#tokensAtMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return false;
    }
    exchange.headers = retryAfter(rate.retryAfterS);
    this.#refuse(exchange, defaultRefusalMs, false);
    return true;
  }

  #overQuota(exchange: ModelledExchange): boolean {
    if (this.#quota === null) return false;
    const isOver = !this.#quota.tryTake(this.#world.wallMs);
    exchange.headers = this.#quota.headers;
    if (isOver) this.#refuse(exchange, defaultRefusalMs, false);
    return isOver;
  }

  #outage(exchange: ModelledExchange, nowMs: number): boolean {
    const { outage } = this.#model;
    if (outage === undefined || nowMs < outage.fromMs || nowMs >= outage.untilMs) return false;
    exchange.fate = 'failed';
    if (outage.as === 'timeouts') return true;
    if (outage.as === 'refuse') {
      exchange.code = 'connect_refused';
      exchange.sent = false;
    } else {
      exchange.status = Number(outage.as);
      exchange.headers = retryAfter(outage.retryAfterS);
    }
    this.#world.due(exchange, defaultRefusalMs);
    return true;
  }

  /** For a reason of the record, or by chance. */
  #fails(exchange: ModelledExchange): boolean {
    const { poison, flaky, baseMs } = this.#model;
    let status: number | null = null;
    if (poison !== undefined && exchange.number % poison.every === 0) status = poison.status;
    else if (flaky !== undefined && this.#world.random() < flaky.share) status = flaky.status;
    if (status === null) return false;
    exchange.fate = 'failed';
    exchange.status = status;
    this.#world.due(exchange, courseAt(baseMs, this.#world.nowMs));
    return true;
  }
}

export class ModelledServer implements Transport {
  readonly random: Random;
  readonly #clock: Clock;
  readonly #servers = new Map<string, Server>();
  readonly #heap = new DueHeap<ModelledExchange>();
  readonly #inFlight = new Set<ModelledExchange>();
  #timer: TimerHandle | null = null;
  #timerMs = Infinity;
  #connected = 0;

  /** Servers by their origins. */
  constructor(clock: Clock, random: Random, models: Readonly<Record<string, ServerModel>>) {
    this.#clock = clock;
    this.random = random;
    for (const [origin, model] of Object.entries(models)) this.#servers.set(origin, new Server(model, this));
  }

  send(request: HttpRequest, handler: ResponseHandler, options: SendOptions = {}): Exchange {
    const server = this.#server(request.origin);
    const reused = options.fresh !== true && server.idle > 0;
    if (reused) server.idle--;
    else this.#connected++;
    const number = Number(request.path.slice(request.path.lastIndexOf('/') + 1));
    const exchange = new ModelledExchange(server, handler, reused, number);
    this.#inFlight.add(exchange);
    server.receive(exchange, this.#clock.now());
    return exchange;
  }

  statistics(): TransportStatistics {
    let connections = this.#inFlight.size;
    for (const { idle } of this.#servers.values()) connections += idle;
    return { inFlight: this.#inFlight.size, connections, connected: this.#connected };
  }

  close(): Promise<void> {
    for (const exchange of this.#inFlight) {
      exchange.code = 'cancelled';
      exchange.conclude();
    }
    return Promise.resolve();
  }

  /** What an origin did so far. */
  counts(origin: string): Readonly<ServerCounts> {
    return this.#server(origin).counts;
  }

  /** For the servers of this file. */
  get nowMs(): number {
    return this.#clock.now();
  }

  /** For the servers of this file. */
  get wallMs(): number {
    return this.#clock.wallNow();
  }

  /** For the servers of this file. */
  due(exchange: ModelledExchange, afterMs: number): void {
    this.#heap.push(exchange, this.#clock.now() + afterMs);
    this.#arm();
  }

  /** For the servers of this file. */
  left(exchange: ModelledExchange): void {
    this.#inFlight.delete(exchange);
    if (this.#inFlight.size === 0) this.#disarm();
  }

  #server(origin: string): Server {
    const server = this.#servers.get(origin);
    if (server === undefined) throw new Error(`no model for ${origin}`);
    return server;
  }

  #arm(): void {
    if (this.#heap.nextMs >= this.#timerMs) return;
    this.#disarm();
    this.#timerMs = this.#heap.nextMs;
    this.#timer = this.#clock.setTimer(Math.max(0, this.#timerMs - this.#clock.now()), this.#onTimer);
  }

  #disarm(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerMs = Infinity;
  }

  /** All that is due at this moment. Given up exchanges are passed over. */
  readonly #onTimer = (): void => {
    const nowMs = Math.max(this.#clock.now(), this.#timerMs);
    this.#timer = null;
    this.#timerMs = Infinity;
    for (let next = this.#heap.popDue(nowMs); next !== undefined; next = this.#heap.popDue(nowMs)) {
      if (!next.isOver) next.conclude();
    }
    if (this.#inFlight.size > 0) this.#arm();
  };
}

function retryAfter(seconds: number | undefined): readonly string[] {
  return seconds === undefined ? noHeaders : ['retry-after', String(seconds)];
}
