// The timeouts of the phases of an exchange, for transports with sockets, on a clock that the test moves.
// undici has a clock of its own, which nobody moves: of it only is shown that it has the timeouts.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { CountedSource } from '../counted-source.ts';
import { FakeClock } from '../fake-clock.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { again, answer, readHead, send, startScriptedServer, waitFor } from '../scripted-server.ts';
import { until } from '../until.ts';
import { head, lines } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

const limitMs = 500;
/** More than the limit, and the turns of a wheel. */
const longMs = 10 * limitMs;

/** Holds a transport to `headersTimeoutMs` and `bodyTimeoutMs`. */
export function phasesWithinTime(make: Make, isUndici: boolean): void {
  if (isUndici) {
    realTime(make);
    return;
  }
  heads(make);
  bodies(make);
}

function realTime(make: Make): void {
  test('headers timeout, body timeout', async () => {
    await using silent = await startScriptedServer([readHead]);
    await using half = await startScriptedServer([readHead, send(`${head('content-length: 5')}hel`)]);
    const transport = make({ headersTimeoutMs: 50, bodyTimeoutMs: 50 });
    const [never, stopped] = await Promise.all([exchange(transport, silent.origin), exchange(transport, half.origin)]);
    expect(never.error).toMatchObject({ code: 'timeout', sent: true, answered: false });
    expect(stopped.error).toMatchObject({ code: 'timeout', sent: true, answered: true });
    await until(() => silent.open + half.open === 0);
  });
}

function heads(make: Make): void {
  test.each([
    ['a silent server', []],
    ['half a head', [send('HTTP/1.1 200 OK\r\nx-a')]],
    ['an interim answer only', [send(lines('HTTP/1.1 103 Hints'))]],
  ])('headers timeout: %s', async (_name, script) => {
    await using server = await startScriptedServer([readHead, ...script]);
    const clock = new FakeClock();
    const transport = make({ headersTimeoutMs: limitMs, clock });
    const silent = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => server.requests.length === 1 && (script.length === 0 || silent.exchange.answered));
    clock.advance(longMs);
    await silent.finished;
    expect(silent.error).toMatchObject({ code: 'timeout', sent: true, answered: script.length > 0 });
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('headers timeout: a body that is still being sent does not count', async () => {
    await using server = await startScriptedServer([readHead]);
    const clock = new FakeClock();
    const transport = make({ headersTimeoutMs: limitMs, clock });
    const last = Promise.withResolvers<IteratorResult<Uint8Array>>();
    const slow = new CountedSource([], null);
    slow.open = () => ({ next: () => last.promise });
    const sending = new RecordedExchange(transport, requestTo(server.origin, { method: 'POST' }), { body: slow });
    await until(() => server.requests.length === 1);
    clock.advance(longMs);
    expect(sending.events).toEqual([]);
    last.resolve({ done: true, value: undefined });
    await nextTurn();
    clock.advance(longMs);
    await sending.finished;
    expect(sending.error).toMatchObject({ code: 'timeout', sent: true });
  });

  test('headers timeout: a head that comes in time ends it', async () => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 5')}hel`)]);
    const clock = new FakeClock();
    const transport = make({ headersTimeoutMs: limitMs, clock });
    const slow = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => slow.body === 'hel');
    clock.advance(longMs);
    expect(slow.ended).toBe(false);
  });
}

function bodies(make: Make): void {
  test.each([
    ['before the first byte', ''],
    ['in the middle', 'hel'],
  ])('body timeout: %s', async (_name, part) => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 5')}${part}`)]);
    const clock = new FakeClock();
    const transport = make({ bodyTimeoutMs: limitMs, clock });
    const silent = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => silent.events.length > 0 && silent.body === part);
    clock.advance(longMs);
    await silent.finished;
    expect(silent.error).toMatchObject({ code: 'timeout', sent: true, answered: true });
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('body timeout: each piece begins it anew', async () => {
    const more = Promise.withResolvers<void>();
    const script = [readHead, send(`${head('content-length: 5')}hel`), waitFor(more.promise), send('l')];
    await using server = await startScriptedServer(script);
    const clock = new FakeClock();
    const transport = make({ bodyTimeoutMs: limitMs, clock });
    const slow = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => slow.body === 'hel');
    clock.advance(limitMs - 10);
    more.resolve();
    await until(() => slow.body === 'hell');
    clock.advance(limitMs - 10);
    expect(slow.ended).toBe(false);
    clock.advance(longMs);
    expect(slow.error).toMatchObject({ code: 'timeout' });
  });

  test('body timeout: not while the handler has paused', async () => {
    const body = 'x'.repeat(4_000_000);
    await using server = await startScriptedServer([readHead, answer(body)]);
    const clock = new FakeClock();
    const transport = make({ bodyTimeoutMs: limitMs, clock });
    const paused = new RecordedExchange(transport, requestTo(server.origin));
    paused.onProgress = (event) => (event === 'data' ? paused.exchange.pause() : undefined);
    await until(() => paused.events.length > 1);
    clock.advance(longMs);
    expect(paused.ended).toBe(false);
    paused.onProgress = () => {};
    paused.exchange.resume();
    await paused.finished;
    expect([paused.error, paused.body.length]).toEqual([null, body.length]);
  });

  test('timeouts: none is left when an exchange has ended', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const clock = new FakeClock();
    const transport = make({ headersTimeoutMs: limitMs, bodyTimeoutMs: limitMs, keepAliveMs: 2 * longMs, clock });
    await exchange(transport, server.origin);
    clock.advance(longMs);
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'a', exchange: { reused: true } });
    expect(server.accepted).toBe(1);
  });
}
