// One suite that every transport with sockets passes: what the bytes of HTTP/1.1 mean, the wrong
// ones included. The contract that has nothing to do with bytes is in `transport-contract.ts`.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest } from '../http/request.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { requestsAsTheyAre } from './request-conformance.ts';
import { RecordedExchange, exchange, requestTo } from './recorded-exchange.ts';
import { again, answer, drip, end, pause, readHead, reset, send } from './scripted-server.ts';
import { startScriptedServer } from './scripted-server.ts';
import type { Script } from './scripted-server.ts';
import { describeContract } from './transport-contract.ts';
import type { Bench } from './transport-contract.ts';
import { until } from './until.ts';

type Make = (options?: TransportOptions) => Transport;

/** What a transport may do differently. */
export interface Traits {
  /** Takes `100 Continue` that it did not ask for as an error, against RFC 9110, 15.2. @default false */
  readonly refusesContinue?: boolean;
}

const open: Transport[] = [];

/** Holds a transport to the contract and to HTTP/1.1. */
export function describeTransport(name: string, make: Make, traits: Traits = {}): void {
  describeContract(name, () => socketBench(make));
  const opened: Make = (options) => remembered(make(options));
  describe(`${name}: bytes`, () => {
    afterEach(async () => {
      for (const transport of open.splice(0)) await transport.close();
    });
    wholeAnswers(opened, traits);
    requestsAsTheyAre(opened);
    faults(opened);
    connections(opened);
    cancelling(opened);
  });
}

function remembered(transport: Transport): Transport {
  open.push(transport);
  return transport;
}

const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
const chunked = (...chunks: string[]): string =>
  chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');

const answersByName: readonly (readonly [string, Script, Partial<HttpRequest>, number, string])[] = [
  ['content-length', [send(head('content-length: 5') + 'hello')], {}, 200, 'hello'],
  ['an empty body', [send(head('content-length: 0'))], {}, 200, ''],
  ['chunked', [send(`${head('transfer-encoding: chunked')}${chunked('hel', 'lo', '')}`)], {}, 200, 'hello'],
  [
    'chunked, byte by byte',
    [drip(`${head('transfer-encoding: chunked')}${chunked('hello', '')}`, 0)],
    {},
    200,
    'hello',
  ],
  [
    'chunked with trailers',
    [send(`${head('transfer-encoding: chunked')}5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n`)],
    {},
    200,
    'hello',
  ],
  ['until the connection ends', [send(head('connection: close')), send('hel'), send('lo'), end], {}, 200, 'hello'],
  ['HTTP/1.0 until the connection ends', [send('HTTP/1.0 200 OK\r\n\r\nhello'), end], {}, 200, 'hello'],
  ['204', [send('HTTP/1.1 204 No Content\r\n\r\n')], {}, 204, ''],
  ['304 with a length', [send('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n')], {}, 304, ''],
  ['HEAD with a length', [send(head('content-length: 5'))], { method: 'HEAD' }, 200, ''],
  ['103 before', [send('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), answer('hello')], {}, 200, 'hello'],
  ['102 and 103 before', [send('HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\n'), answer('hello')], {}, 200, 'hello'],
  ['a status without a reason', [send('HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok')], {}, 200, 'ok'],
  ['a status nobody knows', [answer('hm', '799 Hm')], {}, 799, 'hm'],
];

function wholeAnswers(make: Make, traits: Traits): void {
  test.each(answersByName)('answer: %s', async (_name, script, changes, status, body) => {
    await using server = await startScriptedServer([readHead, ...script]);
    const done = await exchange(make(), server.origin, changes);
    expect([done.error, done.status, done.body]).toEqual([null, status, body]);
    expect(done.events.filter((event) => event === 'head')).toHaveLength(1);
  });

  test('answer: 100 before, though nobody asked', async () => {
    const script = [readHead, send('HTTP/1.1 100 Continue\r\n\r\n'), answer('hello')];
    await using server = await startScriptedServer(script);
    const done = await exchange(make(), server.origin);
    const expected = traits.refusesContinue === true ? ['protocol_error', ''] : [undefined, 'hello'];
    expect([done.error?.code, done.body]).toEqual(expected);
    expect(done.exchange.answered).toBe(true);
  });

  test('a repeated header comes as often as it was sent', async () => {
    await using server = await startScriptedServer([
      readHead,
      send(head('Set-Cookie: a', 'SET-COOKIE: b', 'content-length: 0')),
    ]);
    const done = await exchange(make(), server.origin);
    expect(done.headers.slice(0, 4)).toEqual(['set-cookie', 'a', 'set-cookie', 'b']);
  });

  test('a large body comes whole', async () => {
    const body = 'x'.repeat(5_000_000);
    await using server = await startScriptedServer([readHead, answer(body)]);
    expect((await exchange(make(), server.origin)).body).toHaveLength(body.length);
  });
}

const faultsByName: readonly (readonly [string, Script, string, string, boolean])[] = [
  ['FIN instead of an answer', [end], 'connection_closed', 'error', false],
  ['RST instead of an answer', [reset], 'connection_reset', 'error', false],
  ['FIN in the head', [send('HTTP/1.1 200 OK\r\nx-a'), end], 'connection_closed', 'error', true],
  ['RST in the head', [send('HTTP/1.1 200 OK\r\nx-a'), pause(20), reset], 'connection_reset', 'error', true],
  ['RST after the head', [send(head('content-length: 5')), pause(20), reset], 'body_cut', 'head error', true],
  ['FIN in a body with a length', [send(head('content-length: 5') + 'hel'), end], 'body_cut', 'head data error', true],
  [
    'FIN in a chunked body',
    [send(`${head('transfer-encoding: chunked')}5\r\nhel`), end],
    'body_cut',
    'head data error',
    true,
  ],
  [
    'FIN in a chunked body that is the last on its connection',
    [send(`${head('transfer-encoding: chunked', 'connection: close')}5\r\nhel`), end],
    'body_cut',
    'head data error',
    true,
  ],
  [
    'FIN between chunks',
    [send(head('transfer-encoding: chunked') + chunked('hel')), end],
    'body_cut',
    'head data error',
    true,
  ],
  [
    'a chunk without a size',
    [send(`${head('transfer-encoding: chunked')}zz\r\n`)],
    'protocol_error',
    'head error',
    true,
  ],
  ['garbage', [send('what is this\r\n\r\n')], 'protocol_error', 'error', true],
  [
    'a head of 1 MB',
    [send(head(`x-big: ${'b'.repeat(1_000_000)}`, 'content-length: 0'))],
    'headers_too_large',
    'error',
    true,
  ],
  [
    'a head of 100 000 headers',
    [send(head(...Array.from({ length: 1e5 }, (_, at) => `x-${at}: 1`)))],
    'headers_too_large',
    'error',
    true,
  ],
];

function faults(make: Make): void {
  test.each(faultsByName)('fault: %s', async (_name, script, code, story, answered) => {
    await using server = await startScriptedServer([readHead, ...script]);
    const transport = make();
    const done = await exchange(transport, server.origin);
    expect([done.error?.code, done.story]).toEqual([code, story]);
    expect(done.error).toMatchObject({ sent: true, answered, reused: false });
    expect(done.error?.message).toContain(`127.0.0.1:${server.port}`);
    expect(done.error?.cause).toBeInstanceOf(Error);
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('fault: nobody listens', async () => {
    const server = await startScriptedServer([]);
    await server[Symbol.asyncDispose]();
    const done = await exchange(make(), server.origin);
    expect(done.error).toMatchObject({ code: 'connect_refused', sent: false, answered: false, reused: false });
    expect(done.story).toBe('error');
  });

  test('fault: the header section may be as large as was allowed', async () => {
    const script = [readHead, send(head(`x-big: ${'b'.repeat(100_000)}`, 'content-length: 0'))];
    await using server = await startScriptedServer(script);
    expect((await exchange(make({ maxHeaderBytes: 200_000 }), server.origin)).status).toBe(200);
    expect((await exchange(make({ maxHeaderBytes: 50_000 }), server.origin)).error?.code).toBe('headers_too_large');
  });
}

function connections(make: Make): void {
  test('keep-alive: requests one after another share a connection', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    const used: boolean[] = [];
    for (let nth = 0; nth < 4; nth++) used.push((await exchange(transport, server.origin)).exchange.reused);
    expect([used, server.accepted]).toEqual([[false, true, true, true], 1]);
    expect(transport.statistics()).toEqual({ inFlight: 0, connections: 1, connected: 1 });
  });

  test('HEAD leaves the connection usable', async () => {
    const script = [readHead, send(head('content-length: 5')), readHead, answer('hello'), again];
    await using server = await startScriptedServer(script);
    const transport = make();
    await exchange(transport, server.origin, { method: 'HEAD' });
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'hello', exchange: { reused: true } });
  });

  test('`connection: close` is obeyed', async () => {
    await using server = await startScriptedServer([readHead, send(head('connection: close', 'content-length: 0'))]);
    const transport = make();
    await exchange(transport, server.origin);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(false);
    expect(server.accepted).toBe(2);
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

  test('close ends open connections', async () => {
    await using server = await startScriptedServer([readHead, answer('a'), again]);
    const transport = make();
    await exchange(transport, server.origin);
    await transport.close();
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ connections: 0, connected: 1 });
  });
}

/** Steps of the server; when to cancel, as a condition on the exchange. */
const cancelsByName: readonly (readonly [string, Script, (one: RecordedExchange) => boolean])[] = [
  ['before the head', [readHead], (one) => one.exchange.sent],
  ['in a dripping head', [readHead, drip('HTTP/1.1 200 OK\r\nx-a: bbbbbbbbbbbbbbb')], (one) => one.exchange.answered],
  ['in the body', [readHead, send(`${head('content-length: 9')}hel`)], (one) => one.body === 'hel'],
  [
    'in a dripping body',
    [readHead, send(head('content-length: 999')), drip('x'.repeat(99))],
    (one) => one.body.length > 3,
  ],
];

function cancelling(make: Make): void {
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

async function socketBench(make: Make): Promise<Bench> {
  const server = createServer((request, response) => {
    if (request.url === '/ok') response.setHeader('X-Kind', 'plain').end('hello');
    else if (request.url === '/drop') request.socket.destroy();
    else if (request.url === '/cut') {
      response.setHeader('content-length', 9).write('par', () => setImmediate(() => request.socket.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    transport: make(),
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
