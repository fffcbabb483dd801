// The timeouts of the phases of an exchange, for transports with sockets. On a clock that the test moves,
// but for undici, which has one of its own: there the same things are waited for.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { CountedSource } from '../counted-source.ts';
import { FakeClock } from '../fake-clock.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { again, answer, readHead, send, startScriptedServer } from '../scripted-server.ts';
import { until } from '../until.ts';
import { head, lines } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

/** Real time is short here; where it is moved it does not matter how much it is. */
const limitMs = 60;

/** Time that goes on by itself, or is moved. */
class Time {
  readonly clock: FakeClock | undefined;

  constructor(hasOwnClock: boolean) {
    this.clock = hasOwnClock ? undefined : new FakeClock();
  }

  get options(): TransportOptions {
    return this.clock === undefined ? {} : { clock: this.clock };
  }

  async pass(ms: number): Promise<void> {
    if (this.clock === undefined) await delay(ms);
    else this.clock.advance(ms);
  }

  /** More than the limit, and the turns of a wheel. */
  async passLimit(): Promise<void> {
    await this.pass(this.clock === undefined ? 2 * limitMs : limitMs + 200);
  }
}

/** Holds a transport to `headersTimeoutMs` and `bodyTimeoutMs`. */
export function phasesWithinTime(make: Make, hasOwnClock: boolean): void {
  heads(make, hasOwnClock);
  bodies(make, hasOwnClock);
}

function heads(make: Make, hasOwnClock: boolean): void {
  test.each([
    ['a silent server', []],
    ['half a head', [send('HTTP/1.1 200 OK\r\nx-a')]],
    ['an interim answer only', [send(lines('HTTP/1.1 103 Hints'))]],
  ])('headers timeout: %s', async (_name, script) => {
    await using server = await startScriptedServer([readHead, ...script]);
    const time = new Time(hasOwnClock);
    const transport = make({ headersTimeoutMs: limitMs, ...time.options });
    const silent = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => server.requests.length === 1 && (script.length === 0 || silent.exchange.answered));
    await time.passLimit();
    await silent.finished;
    expect(silent.error).toMatchObject({ code: 'timeout', sent: true, answered: script.length > 0 });
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('headers timeout: a body that is still being sent does not count', async () => {
    await using server = await startScriptedServer([readHead]);
    const time = new Time(hasOwnClock);
    const transport = make({ headersTimeoutMs: limitMs, ...time.options });
    let finish: (end: IteratorResult<Uint8Array>) => void = () => {};
    const slow = new CountedSource([], null);
    slow.open = () => {
      let asked = 0;
      const last = new Promise<IteratorResult<Uint8Array>>((resolve) => {
        finish = resolve;
      });
      return { next: () => (asked++ === 0 ? Promise.resolve({ done: false, value: Buffer.from('a') }) : last) };
    };
    const sending = new RecordedExchange(transport, requestTo(server.origin, { method: 'POST' }), { body: slow });
    await until(() => server.requests.length === 1);
    await time.passLimit();
    expect(sending.events).toEqual([]);
    finish({ done: true, value: undefined });
    await delay(1);
    await time.passLimit();
    await sending.finished;
    expect(sending.error).toMatchObject({ code: 'timeout', sent: true });
  });

  test('headers timeout: a head that comes in time ends it', async () => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 5')}hel`)]);
    const time = new Time(hasOwnClock);
    const transport = make({ headersTimeoutMs: limitMs, ...time.options });
    const slow = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => slow.body === 'hel');
    await time.passLimit();
    expect(slow.ended).toBe(false);
  });
}

function bodies(make: Make, hasOwnClock: boolean): void {
  test.each([
    ['before the first byte', ''],
    ['in the middle', 'hel'],
  ])('body timeout: %s', async (_name, part) => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 5')}${part}`)]);
    const time = new Time(hasOwnClock);
    const transport = make({ bodyTimeoutMs: limitMs, ...time.options });
    const silent = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => silent.events.length > 0 && silent.body === part);
    await time.passLimit();
    await silent.finished;
    expect(silent.error).toMatchObject({ code: 'timeout', sent: true, answered: true });
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('body timeout: not while the handler has paused', async () => {
    const body = 'x'.repeat(4_000_000);
    await using server = await startScriptedServer([readHead, answer(body)]);
    const time = new Time(hasOwnClock);
    const transport = make({ bodyTimeoutMs: limitMs, ...time.options });
    const paused = new RecordedExchange(transport, requestTo(server.origin));
    paused.onProgress = (event) => (event === 'data' ? paused.exchange.pause() : undefined);
    await until(() => paused.events.length > 1);
    await time.passLimit();
    expect(paused.ended).toBe(false);
    paused.onProgress = () => {};
    paused.exchange.resume();
    await paused.finished;
    expect([paused.error, paused.body.length]).toEqual([null, body.length]);
  });

  test('timeouts: none is left when an exchange has ended', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const time = new Time(hasOwnClock);
    const transport = make({ headersTimeoutMs: limitMs, bodyTimeoutMs: limitMs, keepAliveMs: 5_000, ...time.options });
    await exchange(transport, server.origin);
    await time.passLimit();
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'a', exchange: { reused: true } });
    expect(server.accepted).toBe(1);
  });
}
