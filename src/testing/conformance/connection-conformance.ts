// What every transport with sockets does with its connections: which it uses again, for how long it keeps
// them, and what it makes of bytes that come while nobody waits for any.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { FakeClock } from '../fake-clock.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { again, answer, end, pause, readHead, send, startScriptedServer } from '../scripted-server.ts';
import { until } from '../until.ts';
import { head } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

/** Holds a transport to its use of connections. */
export function connectionsWellUsed(make: Make, isUndici: boolean): void {
  reuse(make);
  idle(make, isUndici);
  ends(make);
}

function reuse(make: Make): void {
  test('keep-alive: requests one after another share a connection', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    const used: boolean[] = [];
    for (let nth = 0; nth < 4; nth++) used.push((await exchange(transport, server.origin)).exchange.reused);
    expect([used, server.accepted]).toEqual([[false, true, true, true], 1]);
    expect(transport.statistics()).toEqual({ inFlight: 0, connections: 1, connected: 1 });
  });

  test('a connection that the server closes just as it is used', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), readHead, end]);
    const transport = make();
    await exchange(transport, server.origin);
    const stale = await exchange(transport, server.origin);
    expect(stale.error).toMatchObject({ code: 'connection_closed', sent: true, answered: false, reused: true });
    expect((await exchange(transport, server.origin, {}, { fresh: true })).exchange.reused).toBe(false);
  });

  test('a connection that the server closed while it was idle is not used', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), end]);
    const transport = make();
    await exchange(transport, server.origin);
    await until(() => transport.statistics().connections === 0);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(false);
  });

  test('100 requests at once have a connection each, and later ones use these', async () => {
    await using server = await startScriptedServer([readHead, pause(20), answer('a'), again]);
    const transport = make();
    const together = (): Promise<RecordedExchange[]> =>
      Promise.all(Array.from({ length: 100 }, () => exchange(transport, server.origin)));
    expect((await together()).every((one) => one.body === 'a')).toBe(true);
    expect((await together()).every((one) => one.exchange.reused)).toBe(true);
    expect(server.accepted).toBe(100);
  });

  test('sending from inside onEnd uses the connection that has just become free', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    let left = 50;
    await new Promise<void>((resolve, reject) => {
      const request = { method: 'GET', origin: server.origin, path: '/', headers: [], body: null, shownUrl: '' };
      const next = (): void => {
        transport.send(request, {
          onHead: () => {},
          onData: () => {},
          onEnd: () => (left-- > 0 ? next() : resolve()),
          onError: reject,
        });
      };
      next();
    });
    expect([server.accepted, server.requests.length]).toEqual([1, 51]);
  });
}

/** How long idle connections are kept: undici has a clock of its own. */
function idle(make: Make, isUndici: boolean): void {
  test('an idle connection is closed after its time', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const clock = new FakeClock();
    const transport = make({ keepAliveMs: 30, ...(isUndici ? {} : { clock }) });
    await exchange(transport, server.origin);
    expect(transport.statistics().connections).toBe(1);
    clock.advance(2_000);
    await until(() => server.open === 0);
    expect(transport.statistics().connections).toBe(0);
  });

  test('a hint of the server is no longer than the longest time', async () => {
    const hint = send(head('keep-alive: timeout=600', 'content-length: 0'));
    await using server = await startScriptedServer([readHead, hint, again]);
    const clock = new FakeClock();
    const transport = make({ keepAliveMs: 20, keepAliveMaxMs: 60, ...(isUndici ? {} : { clock }) });
    await exchange(transport, server.origin);
    clock.advance(50);
    expect(transport.statistics().connections).toBe(1);
    clock.advance(2_000);
    await until(() => server.open === 0);
    expect(transport.statistics().connections).toBe(0);
  });

  test('a server that keeps connections for a second only is taken at its word', async () => {
    const hint = send(head('keep-alive: timeout=1', 'content-length: 0'));
    await using server = await startScriptedServer([readHead, hint, again]);
    const transport = make();
    await exchange(transport, server.origin);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(false);
  });
}

const smuggled = `${head('content-length: 8')}smuggled`;

/** What comes while a connection is idle. */
const unasked: readonly (readonly [string, string])[] = [
  ['a whole answer', smuggled],
  ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['one byte', 'H'],
  ['garbage', '\0\0\0'],
];

function ends(make: Make): void {
  test.each(unasked)('unasked bytes while idle end the connection: %s', async (_name, bytes) => {
    const idleThen = [readHead, answer('first'), pause(5), send(bytes)];
    await using server = await startScriptedServer((nth) => (nth === 0 ? idleThen : [readHead, answer('own'), again]));
    const transport = make();
    await exchange(transport, server.origin);
    await until(() => transport.statistics().connections === 0);
    await until(() => server.open === 0);
    const next = await exchange(transport, server.origin);
    expect([next.body, next.exchange.reused, server.accepted]).toEqual(['own', false, 2]);
  });

  test('unasked bytes in the same packet are not the answer to what is sent inside onEnd', async () => {
    const first = [readHead, send(`${head('content-length: 5')}first${smuggled}`)];
    await using server = await startScriptedServer((nth) => (nth === 0 ? first : [readHead, answer('own'), again]));
    const transport = make();
    const next = await new Promise<RecordedExchange>((resolve) => {
      const one = new RecordedExchange(transport, requestTo(server.origin));
      one.onProgress = (event) => {
        if (event === 'end') resolve(new RecordedExchange(transport, requestTo(server.origin)).finished);
      };
    });
    expect([next.body, next.exchange.reused]).toEqual(['own', false]);
  });

  // They are in this machine already when the request is made: nobody has read them yet.
  test('unasked bytes that have come but were not read are not the answer to the next request', async () => {
    const server = createServer({ noDelay: true });
    const sockets: Socket[] = [];
    server.on('connection', (socket) => {
      const own = sockets.push(socket) === 1 ? 'first' : 'own';
      socket.on('error', () => {}).on('data', () => socket.write(`${head(`content-length: ${own.length}`)}${own}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const transport = make();
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await exchange(transport, origin);
    await delay(5);
    sockets[0]?.write(smuggled);
    const next = await exchange(transport, origin);
    expect([next.body, next.exchange.reused]).toEqual(['own', false]);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('close ends open connections', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    await exchange(transport, server.origin);
    await transport.close();
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ connections: 0, connected: 1 });
  });
}
