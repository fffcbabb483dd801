// The pool of an origin: who waits, for how long, and what is opened and closed for it. Over real sockets;
// time is the test's.

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { RecordedExchange, requestTo } from '../../testing/recorded-exchange.ts';
import { again, answer, readHead, startScriptedServer } from '../../testing/scripted-server.ts';
import { until } from '../../testing/until.ts';
import type { TransportOptions } from '../transport-options.ts';
import type { Transport } from '../transport.ts';
import { createWireTransport } from './wire-transport.ts';

let clock: FakeClock;
let transport: Transport;

function make(options: TransportOptions = {}): Transport {
  transport = createWireTransport({ clock, ...options });
  return transport;
}

beforeEach(() => {
  clock = new FakeClock();
});

afterEach(async () => {
  await transport.close();
  if (clock.pending !== 0) throw new Error(`${clock.pending} timers are left after close`);
});

/** So many requests, sent at once. */
function send(origin: string, count: number): RecordedExchange[] {
  return Array.from({ length: count }, () => new RecordedExchange(transport, requestTo(origin)));
}

const codes = (all: readonly RecordedExchange[]): (string | undefined)[] => [
  ...new Set(all.map((one) => one.error?.code)),
];

describe('those that wait for a connection', () => {
  test('fail when their own time is over, also if no dial was begun for them', async () => {
    // A name that is never found: the dials that the pace allows are under way, the rest waits behind them.
    make({ connectTimeoutMs: 1_000, lookup: () => undefined });
    const early = send('http://never.test', 300);
    clock.advance(500);
    const late = send('http://never.test', 10);
    clock.advance(700);
    await until(() => early.every((one) => one.error !== null));
    expect(codes(early).every((code) => code === 'dns_failed' || code === 'connect_timeout')).toBe(true);
    expect(late.every((one) => one.events.length === 0)).toBe(true);
    clock.advance(500);
    await until(() => late.every((one) => one.error !== null));
    expect(transport.statistics()).toEqual({ inFlight: 0, connections: 0, connected: 0 });
  });

  test('give up what is dialled for them when they are cancelled', async () => {
    const asked: string[] = [];
    make({ lookup: (host) => void asked.push(host) });
    const waiting = send('http://never.test', 200);
    await until(() => asked.length > 0);
    for (const one of waiting) one.exchange.cancel();
    clock.advance(1_100);
    expect([transport.statistics().inFlight, clock.pending]).toEqual([0, 0]);
    expect(waiting.flatMap((one) => one.events)).toEqual([]);
  });

  test('get what another one gives back, before a dial of their own is done', async () => {
    // Answers come on the first connection only: whoever is answered was carried by it.
    await using server = await startScriptedServer((nth) => (nth === 0 ? [readHead, answer('a'), again] : []));
    make({ pipelining: 1 });
    const [first] = send(server.origin, 1);
    await first?.finished;
    const more = send(server.origin, 2);
    await until(() => more.some((one) => one.body === 'a'));
    expect(server.requests.length).toBe(2);
  });
});

test('those that cannot be sent at all fail one by one, be they ever so many', async () => {
  await using server = await startScriptedServer([readHead, answer('a'), again]);
  make();
  const request = requestTo(server.origin, { headers: ['x', 'a line\nbreak'] });
  // Enough to overflow the stack, if each began the next one.
  const all = Array.from({ length: 8_000 }, () => new RecordedExchange(transport, request));
  await until(() => all.every((one) => one.ended));
  expect([codes(all), server.requests.length]).toEqual([['bad_header'], 0]);
});

test('closing sends none of those that wait, whatever connections there are', async () => {
  await using server = await startScriptedServer([readHead, answer('a'), again]);
  make();
  const [first] = send(server.origin, 1);
  await first?.finished;
  const waiting = Array.from({ length: 3 }, () => {
    return new RecordedExchange(transport, requestTo(server.origin), { fresh: true });
  });
  await transport.close();
  expect(codes(waiting)).toEqual(['cancelled']);
  // A dial that began now would have a timeout.
  expect([clock.pending, server.requests.length]).toEqual([0, 1]);
  await until(() => server.open === 0);
});

describe('idle connections', () => {
  let server: Server;
  let sockets: Set<Socket>;
  let origin: string;

  beforeEach(async () => {
    sockets = new Set();
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('are closed one by one as their time comes, and the pool of an origin is forgotten with the last', async () => {
    make({ keepAliveMs: 3_000 });
    await Promise.all(send(origin, 5).map((one) => one.finished));
    clock.advance(2_000);
    await Promise.all(send(origin, 2).map((one) => one.finished));
    clock.advance(2_000);
    await until(() => sockets.size === 2);
    clock.advance(4_000);
    await until(() => sockets.size === 0);
    expect([transport.statistics().connections, clock.pending]).toEqual([0, 0]);
  });

  test('are never used when their time is over, even if nobody has looked yet', async () => {
    make({ keepAliveMs: 300 });
    await Promise.all(send(origin, 1).map((one) => one.finished));
    // Less than the time between two looks.
    clock.advance(400);
    const [second] = await Promise.all(send(origin, 1).map((one) => one.finished));
    expect([second?.exchange.reused, transport.statistics().connected]).toEqual([false, 2]);
  });

  test('beyond a thousand or so are closed at once', async () => {
    make();
    await Promise.all(send(origin, 1_100).map((one) => one.finished));
    expect(transport.statistics().connections).toBeLessThanOrEqual(1_024);
    await until(() => sockets.size <= 1_024);
  });
});
