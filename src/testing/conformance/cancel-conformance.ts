// Cancelling at any moment, for transports with sockets: the connection is free at once, and nothing more is
// told.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { again, answer, drip, readHead, send, startScriptedServer } from '../scripted-server.ts';
import type { Script } from '../scripted-server.ts';
import { until } from '../until.ts';
import { chunkedHead, head, lines } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

/** Steps of the server; when to cancel, as a condition on the exchange. */
const cancelsByName: readonly (readonly [string, Script, (one: RecordedExchange) => boolean])[] = [
  ['before the head', [readHead], (one) => one.exchange.sent],
  ['in a dripping head', [readHead, drip('HTTP/1.1 200 OK\r\nx-a: bbbbbbbbbbbbbbb')], (one) => one.exchange.answered],
  ['behind an interim answer', [readHead, send(lines('HTTP/1.1 103 Hints'))], (one) => one.interim.length > 0],
  ['between chunks', [readHead, send(`${chunkedHead}3\r\nhel\r\n`)], (one) => one.body === 'hel'],
  ['in the trailers', [readHead, send(`${chunkedHead}3\r\nhel\r\n0\r\nx: `)], (one) => one.body === 'hel'],
  ['in a body until the end', [readHead, send(`${head()}hel`)], (one) => one.body === 'hel'],
  ['in the body', [readHead, send(`${head('content-length: 9')}hel`)], (one) => one.body === 'hel'],
  [
    'in a dripping body',
    [readHead, send(head('content-length: 999')), drip('x'.repeat(99))],
    (one) => one.body.length > 3,
  ],
];

/** Holds a transport to giving up at once. */
export function cancelsAtOnce(make: Make): void {
  test.each(cancelsByName)('cancel: %s frees the connection at once', async (_name, script, when) => {
    await using server = await startScriptedServer(script);
    const transport = make();
    const cancelled = new RecordedExchange(transport, requestTo(server.origin));
    await until(() => when(cancelled));
    const before = [...cancelled.events];
    cancelled.exchange.cancel();
    expect(transport.statistics().inFlight).toBe(0);
    await until(() => server.open === 0);
    expect(cancelled.events).toEqual(before);
  });

  test.each(['information', 'head', 'data', 'trailers'])('cancel: inside %s, with the rest at hand', async (event) => {
    const all = `${lines('HTTP/1.1 103 Hints')}${chunkedHead}3\r\nhel\r\n2\r\nlo\r\n0\r\nx: 1\r\n\r\n`;
    await using server = await startScriptedServer([readHead, send(all)]);
    const transport = make();
    const cancelled = new RecordedExchange(transport, requestTo(server.origin));
    cancelled.onProgress = (now) => (now === event ? cancelled.exchange.cancel() : undefined);
    await until(() => cancelled.events.includes(event));
    await until(() => server.open === 0);
    expect(cancelled.events.at(-1)).toBe(event);
    expect(cancelled.events.filter((one) => one === event)).toHaveLength(1);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('cancel: at once, with a connection that was idle', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    await exchange(transport, server.origin);
    await delay(3);
    const cancelled = new RecordedExchange(transport, requestTo(server.origin, { path: '/cancelled' }));
    cancelled.exchange.cancel();
    expect(transport.statistics().inFlight).toBe(0);
    await exchange(transport, server.origin);
    expect(server.requests.filter((request) => request.includes('/cancelled'))).toEqual([]);
    expect(cancelled.events).toEqual([]);
  });

  // A server that accepts and never begins the handshake: the connection is not made yet.
  test('cancel: while connecting, and while waiting for a connection', async () => {
    await using server = await startScriptedServer([]);
    const transport = make({ verifyTls: false });
    const origin = server.origin.replace('http:', 'https:');
    const connecting = new RecordedExchange(transport, requestTo(origin));
    const queued = new RecordedExchange(transport, requestTo(origin));
    await until(() => server.accepted > 0);
    queued.exchange.cancel();
    expect(transport.statistics().inFlight).toBe(1);
    connecting.exchange.cancel();
    await until(() => server.open === 0);
    expect([connecting.exchange.sent, connecting.events, queued.events]).toEqual([false, [], []]);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('the connect timeout counts until the handshake is done', async () => {
    await using server = await startScriptedServer([]);
    const transport = make({ verifyTls: false, connectTimeoutMs: 50 });
    const done = await exchange(transport, server.origin.replace('http:', 'https:'));
    expect(done.error).toMatchObject({ code: 'connect_timeout', sent: false, answered: false });
    await until(() => server.open === 0);
  });
}
