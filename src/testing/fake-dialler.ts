// A dialler whose sockets are objects, and sessions that only count: so that what a pool does in any order of
// events can be tried thousands of times without a network. The bytes of HTTP/1.1 are real.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { AbortDial, DialDone, Dialler, Dialling } from '../http/dial/dialler.ts';
import type { DialTimes } from '../http/exchange-times.ts';
import type { Carrier, CarrierOwner } from '../http/pool/carrier.ts';
import type { Leg, WireExchange } from '../http/pool/wire-exchange.ts';
import type { Http1Connection } from '../http/wire/http1-connection.ts';

/** How an answer of HTTP/1.1 goes wrong, or does not. */
export const answers = ['whole', 'whole', 'whole', 'closing', 'split', 'followed', 'half', 'reset', 'interim'] as const;
export type Answer = (typeof answers)[number];

/** What stands for a socket: it takes requests, and bytes can be made to come on it. */
export class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly writableLength = 0;
  keepsProcess = true;
  /** Requests that were answered. */
  answered = 0;
  readonly alpnProtocol: string;
  readonly connection: Http1Connection;
  #written = '';
  #paused = false;
  #unread = '';
  #ends = false;

  constructor(alpnProtocol: string, connection: Http1Connection) {
    super();
    this.alpnProtocol = alpnProtocol;
    this.connection = connection;
  }

  /** Paths of the requests that came, in order. */
  get paths(): string[] {
    return this.#written
      .split('\r\n\r\n')
      .slice(0, -1)
      .map((head) => head.split(' ')[1] ?? '');
  }

  write(text: string): boolean {
    this.#written += text;
    return true;
  }

  ref(): void {
    this.keepsProcess = true;
  }

  unref(): void {
    this.keepsProcess = false;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** Bytes come, as they would from a server. */
  receive(text: string): void {
    this.#unread += text;
    this.deliver();
  }

  /** What has come is read, unless that is paused. */
  deliver(): void {
    if (this.destroyed || this.#paused) return;
    if (this.#unread !== '') {
      const bytes = this.connection.buffer.write(this.#unread, 'latin1');
      this.#unread = '';
      if (!this.connection.callback(bytes)) this.#paused = true;
    }
    if (this.#ends && !this.#paused && !this.destroyed) this.emit('end');
  }

  /** Answers the request that came first and has no answer with its own path, or not as it should. */
  answer(how: Answer): void {
    const body = this.paths[this.answered];
    if (body === undefined) return;
    const head = (more = ''): string => `HTTP/1.1 200 OK\r\n${more}content-length: ${body.length}\r\n\r\n`;
    const half = head() + body.slice(0, 1);
    this.answered++;
    // One too many would be the answer to the next request, for all that anyone can tell.
    const isLast = this.answered === this.paths.length;
    if (how === 'half' || how === 'reset') this.#fallSilent(half, how);
    else if (how === 'split') this.receive(half);
    else if (how === 'followed' && isLast) this.receive(`${head()}${body}${head()}!`);
    else if (how === 'interim') this.receive(`HTTP/1.1 103 Early Hints\r\n\r\n${head()}${body}`);
    else this.receive(head(how === 'closing' ? 'connection: close\r\n' : '') + body);
    if (how === 'split') this.receive(body.slice(1));
  }

  /** Bytes that nobody asked for come. */
  speak(): void {
    if (this.answered === this.paths.length) this.receive('HTTP/1.1 200 OK\r\n');
  }

  /** What comes behind half an answer would be no answer. */
  #fallSilent(half: string, how: 'half' | 'reset'): void {
    this.answered = Infinity;
    this.receive(half);
    if (how === 'reset') this.fail();
    else this.end();
  }

  end(): void {
    this.#ends = true;
    this.deliver();
  }

  fail(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    this.emit('close');
  }
}

interface Dial {
  readonly dialling: Dialling;
  readonly done: DialDone;
}

export class FakeDialler implements Dialler {
  readonly underWay: Dial[] = [];
  readonly sockets: FakeSocket[] = [];

  dial(dialling: Dialling, done: DialDone): AbortDial {
    const dial = { dialling, done };
    this.underWay.push(dial);
    return () => {
      const at = this.underWay.indexOf(dial);
      if (at >= 0) this.underWay.splice(at, 1);
      return { lookingUp: null, tried: [] };
    };
  }

  succeed(nth: number, alpnProtocol: string): void {
    const dial = this.#take(nth);
    if (dial === null) return;
    const speaks = dial.dialling.offer === 'http1' ? 'http/1.1' : alpnProtocol;
    const socket = new FakeSocket(speaks, dial.dialling.reading as Http1Connection);
    this.sockets.push(socket);
    dial.done(null, socket as unknown as Socket);
  }

  fail(nth: number, code: string): void {
    this.#take(nth)?.done(Object.assign(new Error(code), { code }), null);
  }

  #take(nth: number): Dial | null {
    return this.underWay.splice(nth % this.underWay.length, 1)[0] ?? null;
  }
}

/** A session that carries exchanges and speaks to nobody. */
export class FakeSession implements Carrier, Leg {
  listed = false;
  above: Carrier | null = null;
  below: Carrier | null = null;
  assigned = 0;
  idleSinceMs = 0;
  carried = 0;
  bagIndex = -1;
  dialTimes: DialTimes | null = null;
  limit = 1;
  isLearning = true;
  destroyed = false;
  readonly multiplexed = true;
  readonly keepMs = 5_000;
  readonly exchanges: WireExchange[] = [];
  readonly #owner: CarrierOwner;
  readonly #socket: FakeSocket;

  constructor(socket: Socket, owner: CarrierOwner) {
    this.#socket = socket as unknown as FakeSocket;
    this.#owner = owner;
  }

  start(exchange: WireExchange): void {
    if (exchange.request.path === '/bad') {
      this.#owner.freed(this, true);
      exchange.fail(new Error('cannot be sent'));
      return;
    }
    this.exchanges.push(exchange);
    exchange.begin(this, this.carried++ > 0);
    exchange.requestSent();
  }

  cancel(exchange: WireExchange): void {
    if (this.#take(exchange)) this.#owner.freed(this, true);
  }

  pause(): void {}

  resume(): void {}

  get keepsProcess(): boolean {
    return this.#socket.keepsProcess;
  }

  keepProcess(goesOn: boolean): void {
    this.#socket.keepsProcess = goesOn;
  }

  destroy(): void {
    this.destroyed = true;
    this.isLearning = false;
    this.limit = 0;
    this.#socket.destroy();
  }

  answer(nth: number): void {
    const exchange = this.exchanges[nth];
    if (exchange === undefined) return;
    exchange.head(200, [], '1.1', 'OK');
    if (exchange.leg === this) exchange.data(Buffer.from(exchange.request.path));
    if (!this.#take(exchange)) return;
    this.#owner.freed(this, true);
    exchange.finish();
  }

  refuse(nth: number): void {
    const exchange = this.exchanges[nth];
    if (exchange === undefined || !this.#take(exchange)) return;
    this.#owner.freed(this, true);
    this.#owner.unprocessed(exchange, new Error('refused'));
  }

  allow(limit: number): void {
    if (this.destroyed) return;
    this.isLearning = false;
    this.limit = limit;
    this.#owner.limitChanged(this);
  }

  /** Ends; what it carried was not processed from the nth on. */
  lose(nth: number): void {
    if (this.destroyed) return;
    const all = this.exchanges.splice(0);
    this.destroy();
    for (let count = all.length; count > 0; count--) this.#owner.freed(this, false);
    this.#owner.gone(this);
    for (const exchange of all.splice(nth)) this.#owner.unprocessed(exchange, new Error('went away'));
    for (const exchange of all) exchange.fail(new Error('lost'));
  }

  #take(exchange: WireExchange): boolean {
    const at = this.exchanges.indexOf(exchange);
    if (at >= 0) this.exchanges.splice(at, 1);
    return at >= 0;
  }
}
