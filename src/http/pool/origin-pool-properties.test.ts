// Whatever happens in whatever order, also inside callbacks: every exchange ends once, gets its own answer and no
// other, and none is left in a line for which nothing is done.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { TransportError } from '../../errors.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeDialler, FakeSession, answers } from '../../testing/fake-dialler.ts';
import type { Answer, FakeSocket } from '../../testing/fake-dialler.ts';
import { requestTo } from '../../testing/recorded-exchange.ts';
import type { ResponseHandler } from '../transport.ts';
import { RequestHead } from '../wire/request-head.ts';
import { OriginPool } from './origin-pool.ts';
import { routeTo } from './route.ts';
import { WireExchange } from './wire-exchange.ts';
import type { ExchangeOwner } from './wire-exchange.ts';

const origin = 'https://pool.test';
const moments = ['head', 'data', 'end', 'error'] as const;

/** A request, and what its handler does inside one of its callbacks. */
interface Plan {
  readonly kind: 'GET' | 'POST' | 'bad' | 'fresh';
  readonly at: (typeof moments)[number];
  readonly reaction: 'none' | 'send' | 'cancel' | 'cancel another' | 'pause' | 'close idle';
}

type ServerStep =
  | { readonly do: 'answer'; readonly how: Answer; readonly nth: number }
  | { readonly do: 'session answers' | 'session refuses' | 'session ends'; readonly nth: number }
  | { readonly do: 'session allows'; readonly limit: number; readonly nth: number }
  | { readonly do: 'end' | 'fail' | 'unasked'; readonly nth: number };
type Step =
  | ServerStep
  | { readonly do: 'send'; readonly plan: Plan }
  | { readonly do: 'dialled'; readonly speaks: 'h2' | 'http/1.1'; readonly nth: number }
  | { readonly do: 'not dialled'; readonly nth: number }
  | { readonly do: 'cancel'; readonly nth: number }
  | { readonly do: 'resume'; readonly nth: number }
  | { readonly do: 'time'; readonly ms: number }
  | { readonly do: 'turn' }
  | { readonly do: 'close idle' };

const nth = fc.nat({ max: 7 });
const plans: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'bad', 'fresh'),
  at: fc.constantFrom(...moments),
  reaction: fc.constantFrom('none', 'none', 'send', 'cancel', 'cancel another', 'pause', 'close idle'),
});
const sends: fc.Arbitrary<Step> = fc.record({ do: fc.constant('send'), plan: plans });
const answering: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('answer'), how: fc.constantFrom(...answers), nth }),
  fc.record({ do: fc.constant('session answers'), nth }),
);
const dialling: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('dialled'),
  speaks: fc.constantFrom('h2', 'http/1.1'),
  nth,
});
const others: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('session refuses', 'session ends'), nth }),
  fc.record({ do: fc.constant('session allows'), limit: fc.nat({ max: 3 }), nth }),
  fc.record({ do: fc.constantFrom('not dialled', 'cancel', 'resume', 'end', 'fail', 'unasked'), nth }),
  fc.record({ do: fc.constant('time'), ms: fc.constantFrom(1, 60, 700, 3_000) }),
  fc.record({ do: fc.constantFrom('turn', 'turn', 'close idle') }),
);
const steps = fc.array(fc.oneof(sends, sends, answering, answering, dialling, others, others), {
  minLength: 5,
  maxLength: 60,
  size: 'max',
});

/** One exchange, whose handler sees to it that it is told nothing that it must not be told. */
class Watched implements ResponseHandler {
  readonly path: string;
  readonly exchange: WireExchange;
  over = false;
  #returned = false;
  #body = '';
  #heads = 0;
  readonly #plan: Plan;
  readonly #world: World;

  constructor(world: World, plan: Plan, number: number) {
    const isBad = plan.kind === 'bad';
    this.#world = world;
    this.#plan = plan;
    this.path = isBad ? '/bad' : `/${number}`;
    const request = requestTo(origin, {
      method: plan.kind === 'POST' ? 'POST' : 'GET',
      path: this.path,
      headers: isBad ? ['x', 'a\nb'] : [],
    });
    this.exchange = new WireExchange(request, this, { fresh: plan.kind === 'fresh' }, world);
    world.all.push(this);
    world.pool.start(this.exchange);
    this.exchange.sending = false;
    this.#returned = true;
  }

  onHead(): void {
    this.#hear('head');
    if (++this.#heads > 1) throw new Error(`a second head for ${this.path}`);
    this.#react('head');
  }

  onData(chunk: Buffer): void {
    this.#hear('data');
    this.#body += chunk.toString();
    this.#react('data');
  }

  onEnd(): void {
    this.#hear('end');
    if (this.#body !== this.path) throw new Error(`${this.path} was given the answer ${this.#body}`);
    this.over = true;
    this.#react('end');
  }

  onError(): void {
    this.#hear('error');
    this.over = true;
    this.#react('error');
  }

  cancel(): void {
    this.over = true;
    this.exchange.cancel();
  }

  #hear(event: string): void {
    if (!this.#returned) throw new Error(`${event} before send has returned`);
    if (this.over) throw new Error(`${event} after the end of ${this.path}`);
  }

  #react(at: Plan['at']): void {
    const { reaction } = this.#plan;
    if (this.#plan.at !== at) return;
    if (reaction === 'send') this.#world.send({ ...this.#plan, reaction: 'none' });
    if (reaction === 'cancel') this.cancel();
    if (reaction === 'cancel another') this.#world.live[0]?.cancel();
    if (reaction === 'pause') this.exchange.pause();
    if (reaction === 'close idle') this.#world.pool.closeIdle();
  }
}

class World implements ExchangeOwner {
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock, 50);
  readonly headersTimeoutMs = 2_000;
  readonly bodyTimeoutMs = 2_000;
  readonly all: Watched[] = [];
  readonly sessions: FakeSession[] = [];
  readonly dialler = new FakeDialler();
  readonly counts = { open: 0, made: 0 };
  poolNow: OriginPool | null = null;
  ended = 0;

  readonly #pipelining: number;
  #isClosed = false;

  constructor(pipelining: number) {
    this.#pipelining = pipelining;
  }

  /** As the transport has it. */
  get pool(): OriginPool {
    return (this.poolNow ??= new OriginPool(routeTo(origin), {
      clock: this.clock,
      wheel: this.wheel,
      counts: this.counts,
      dialler: this.dialler,
      connectTimeoutMs: 10_000,
      http1: {
        requestHead: new RequestHead(origin),
        lastHead: { head: null },
        maxHeaderBytes: 1_000,
        keepAliveMs: 4_000,
        keepAliveMaxMs: 4_000,
        pipelining: this.#pipelining,
      },
      makeHttp2: (socket, owner) => {
        const session = new FakeSession(socket, owner);
        this.sessions.push(session);
        return session;
      },
      forget: () => {
        this.poolNow = null;
      },
    }));
  }

  get live(): Watched[] {
    return this.all.filter((one) => !one.over);
  }

  get sockets(): FakeSocket[] {
    return this.dialler.sockets.filter((socket) => !socket.destroyed);
  }

  over(): void {
    this.ended++;
  }

  abandon(exchange: WireExchange): void {
    this.pool.abandon(exchange);
  }

  report(exchange: WireExchange, error: unknown): void {
    if (exchange.fresh) this.pool.freshFailed();
    exchange.handler.onError(error as TransportError);
  }

  /** As the transport does it. */
  close(): void {
    this.#isClosed = true;
    this.pool.destroy();
    for (const { exchange } of this.all) exchange.fail(new Error('closed'));
  }

  send(plan: Plan): void {
    if (!this.#isClosed) void new Watched(this, plan, this.all.length);
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'send') this.send(step.plan);
    else if (step.do === 'time') this.clock.advance(step.ms);
    else if (step.do === 'close idle') this.pool.closeIdle();
    else if (step.do === 'turn') await turn();
    else if (step.do === 'dialled') this.dialler.succeed(step.nth, step.speaks);
    else if (step.do === 'not dialled') this.dialler.fail(step.nth, 'ECONNREFUSED');
    else if (step.do === 'cancel') nthOf(this.live, step.nth)?.cancel();
    else if (step.do === 'resume') nthOf(this.live, step.nth)?.exchange.resume();
    else this.#serve(step);
    for (const socket of this.sockets) socket.deliver();
    // What cannot be sent at all is told a microtask later.
    await Promise.resolve();
    this.check();
  }

  /** Something comes from a server. */
  #serve(step: ServerStep): void {
    const socket = nthOf(this.sockets, step.nth);
    const session = nthOf(
      this.sessions.filter(({ destroyed }) => !destroyed),
      step.nth,
    );
    if (step.do === 'session answers') session?.answer(0);
    else if (step.do === 'session refuses') session?.refuse(0);
    else if (step.do === 'session ends') session?.lose(1);
    else if (step.do === 'session allows') session?.allow(step.limit);
    else if (socket === undefined || socket.alpnProtocol === 'h2') return;
    else if (step.do === 'answer') socket.answer(step.how);
    else if (step.do === 'end') socket.end();
    else if (step.do === 'fail') socket.fail();
    else socket.speak();
  }

  check(): void {
    const isLearning = this.sessions.some((session) => session.isLearning);
    const waits = this.all.some(({ exchange }) => exchange.waits);
    must(this.counts.open === this.sockets.length, 'open connections are counted');
    must(this.ended === this.all.length - this.live.length, 'what has ended is counted out');
    must(!waits || this.dialler.underWay.length > 0 || isLearning, 'something is done for those that wait');
    for (const { assigned, destroyed, exchanges, keepsProcess, limit, listed } of this.sessions) {
      must(listed === (!destroyed && assigned < limit), 'a session is listed if it can take one more');
      must(destroyed || assigned === exchanges.length, 'what a session was given is counted');
      must(destroyed || keepsProcess === assigned > 0, 'the process goes on for a session that carries something');
    }
    for (const { alpnProtocol, connection, destroyed, keepsProcess } of this.dialler.sockets) {
      if (alpnProtocol === 'h2') continue;
      const hasRoom = !destroyed && connection.assigned < connection.limit;
      must(connection.listed === hasRoom, 'a connection is listed if it can take one more');
      must(destroyed || keepsProcess === connection.assigned > 0, 'the process goes on for what carries something');
    }
  }

  /** A server that answers all that comes, until nothing is in flight. */
  async settle(): Promise<void> {
    for (let round = 0; this.live.length > 0; round++) {
      if (round > 2 * this.all.length + 10)
        throw new Error(`never ends: ${this.live.map(({ path }) => path).join(' ')}`);
      for (const { exchange } of this.live) exchange.resume();
      while (this.dialler.underWay.length > 0 && this.live.length > 0) this.dialler.succeed(0, 'http/1.1');
      for (const socket of this.sockets) {
        socket.deliver();
        if (socket.alpnProtocol !== 'h2') socket.answer('whole');
      }
      for (const session of this.sessions) {
        session.allow(4);
        while (session.exchanges.length > 0) session.answer(0);
      }
      await turn();
      this.check();
    }
  }
}

/** One of them, if there is any. */
function nthOf<T>(all: readonly T[], at: number): T | undefined {
  return all[at % all.length];
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

async function turn(): Promise<void> {
  for (let count = 0; count < 3; count++) await new Promise((resolve) => void setImmediate(resolve));
}

const worlds = fc.tuple(fc.constantFrom(1, 3, 3), steps);

test('every exchange ends once, with its own answer, and nothing stands still', async () => {
  const property = fc.asyncProperty(worlds, async ([pipelining, taken]) => {
    const world = new World(pipelining);
    for (const step of taken) await world.take(step);
    await world.settle();
    await turn();
    // All connections have been idle for too long, and the pool has looked.
    while (world.dialler.underWay.length > 0) world.dialler.fail(0, 'ECONNREFUSED');
    for (let second = 0; second < 8; second++) world.clock.advance(1_000);
    expect([world.counts.open, world.poolNow, world.clock.pending]).toEqual([0, null, 0]);
  });
  await fc.assert(property, { numRuns: 400 });
});

test('closing leaves nothing behind, whatever was going on', async () => {
  const property = fc.asyncProperty(worlds, async ([pipelining, taken]) => {
    const world = new World(pipelining);
    for (const step of taken) await world.take(step);
    world.close();
    await turn();
    expect([world.counts.open, world.sockets.length, world.dialler.underWay.length]).toEqual([0, 0, 0]);
    expect([world.ended, world.clock.pending]).toEqual([world.all.length, 0]);
  });
  await fc.assert(property, { numRuns: 200 });
});
