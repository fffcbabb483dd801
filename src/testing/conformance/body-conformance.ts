// Request bodies that are made while they are sent (`SendOptions.body`), for transports with sockets: the bytes
// on the wire, the pace, and every way in which source, server and caller can end it early.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { CountedSource } from '../counted-source.ts';
import type { SourceEnd } from '../counted-source.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { answer, end, readHead, send, startScriptedServer } from '../scripted-server.ts';
import { until } from '../until.ts';
import { head } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

/** Holds a transport to sending bodies as their sources say. */
export function bodiesWellSent(make: Make, isUndici: boolean): void {
  arrive(make);
  sourcesFail(make);
  serversEnd(make, isUndici);
  pace(make);
}

interface Received extends AsyncDisposable {
  readonly origin: string;
  /** For each request: its framing, and its body in latin1. */
  readonly bodies: readonly (readonly [string, string])[];
  readonly accepted: number;
  readonly open: number;
}

/** A server that reads bodies. */
async function receiver(): Promise<Received> {
  const bodies: [string, string][] = [];
  const server = createServer((request, response) => {
    const framing = request.headers['content-length'] ?? request.headers['transfer-encoding'] ?? 'none';
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push([framing, body]);
      response.end('got it');
    });
  });
  let accepted = 0;
  let open = 0;
  server.on('connection', (socket) => {
    accepted++;
    open++;
    socket.on('close', () => open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    get accepted() {
      return accepted;
    },
    get open() {
      return open;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const post = { method: 'POST', path: '/in' } as const;
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

function arrive(make: Make): void {
  test.each([
    ['of known length', ['hel', 'lo'], 5, ['5', 'hello']],
    ['of unknown length', ['hel', 'lo'], null, ['chunked', 'hello']],
    ['with empty pieces', ['', 'hel', '', '', 'lo', ''], null, ['chunked', 'hello']],
    ['of known length, with empty pieces', ['', 'hel', '', 'lo', ''], 5, ['5', 'hello']],
    ['that is known to be empty', [], 0, ['0', '']],
    [
      'of every byte',
      [everyByte, everyByte],
      512,
      ['512', Buffer.from([...everyByte, ...everyByte]).toString('latin1')],
    ],
    ['that reads like the end of chunks', ['0\r\n\r\n', '5\r\n'], null, ['chunked', '0\r\n\r\n5\r\n']],
  ] as const)('body: %s', async (_name, pieces, lengthBytes, expected) => {
    await using server = await receiver();
    const transport = make();
    const source = new CountedSource(pieces, lengthBytes);
    const done = await exchange(transport, server.origin, post, { body: source });
    expect([done.error, done.body, source.opened]).toEqual([null, 'got it', 1]);
    expect((await exchange(transport, server.origin)).exchange.reused).toBe(true);
    expect(server.bodies).toEqual([expected, ['none', '']]);
  });

  test('body: of unknown length, and empty', async () => {
    await using server = await receiver();
    const done = await exchange(make(), server.origin, post, { body: new CountedSource([], null) });
    expect([done.error, server.bodies[0]?.[1]]).toEqual([null, '']);
  });

  test('body: with a method that mostly has none', async () => {
    await using server = await receiver();
    const source = new CountedSource(['hello'], 5);
    const done = await exchange(make(), server.origin, { ...post, method: 'DELETE' }, { body: source });
    expect([done.error, server.bodies]).toEqual([null, [['5', 'hello']]]);
  });
}

const broken = new Error('the file is gone');

/** What is wrong with a source, and what is said of it. */
const failures: readonly (readonly [string, readonly string[], number | null, SourceEnd, RegExp])[] = [
  ['throws at once', [], null, broken, /the file is gone/],
  ['throws in the middle', ['hel'], null, broken, /the file is gone/],
  ['of known length throws in the middle', ['hel'], 5, broken, /the file is gone/],
  ['throws at its end', ['hello'], null, broken, /the file is gone/],
  ['has less than it said', ['hel'], 5, 'ends', /\b5\b.*said|length/],
  ['has nothing, and said otherwise', [], 5, 'ends', /\b5\b.*said|length/],
  ['has more than it said', ['hel', 'lo'], 4, 'ends', /\b4\b.*said|length/],
];

function sourcesFail(make: Make): void {
  test.each(failures)('body: a source that %s', async (_name, pieces, lengthBytes, ending, message) => {
    await using server = await receiver();
    const transport = make();
    const source = new CountedSource(pieces, lengthBytes, ending);
    const done = await exchange(transport, server.origin, post, { body: source });
    expect([done.story, done.error?.code, done.error?.message]).toEqual([
      'error',
      'bad_record',
      expect.stringMatching(message),
    ]);
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
    const next = await exchange(transport, server.origin);
    expect([next.body, next.exchange.reused, server.bodies]).toEqual(['got it', false, [['none', '']]]);
  });

  test('body: a source that cannot be opened', async () => {
    await using server = await receiver();
    const transport = make();
    const body = {
      lengthBytes: null,
      open: () => {
        throw broken;
      },
    };
    const done = await exchange(transport, server.origin, post, { body });
    expect([done.story, done.error?.code, done.error?.message]).toEqual([
      'error',
      'bad_record',
      expect.stringContaining('the file is gone'),
    ]);
    expect((await exchange(transport, server.origin)).body).toBe('got it');
    expect(server.bodies).toEqual([['none', '']]);
  });
}

function serversEnd(make: Make, isUndici: boolean): void {
  // RFC 9112, 9.6: what the server says before it has read all is its answer; what is left is not sent.
  // undici sends the head together with the first piece.
  test.each([
    ['before a piece was sent', isUndici ? ['a'] : []],
    ['in the middle', ['hello']],
  ])('body: an answer that comes %s', async (_name, pieces) => {
    await using server = await startScriptedServer([readHead, answer('too large', '413 No')]);
    const transport = make();
    const source = new CountedSource(pieces, 1_000, 'never ends');
    const done = await exchange(transport, server.origin, { method: 'POST' }, { body: source });
    expect([done.error, done.status, done.body]).toEqual([null, 413, 'too large']);
    await until(() => source.returned === 1);
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('body: the server closes the connection in the middle', async () => {
    await using server = await startScriptedServer([readHead, end]);
    const source = new CountedSource(['hello'], 1_000, 'never ends');
    const done = await exchange(make(), server.origin, { method: 'POST' }, { body: source });
    expect(done.error).toMatchObject({ code: 'connection_closed', sent: true, answered: false });
    await until(() => source.returned === 1);
  });

  test('body: an answer that is cut in the middle', async () => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 9')}hel`), end]);
    const source = new CountedSource(['hello'], null, 'never ends');
    const done = await exchange(make(), server.origin, { method: 'POST' }, { body: source });
    expect([done.error?.code, done.body]).toEqual(['body_cut', 'hel']);
    await until(() => source.returned === 1);
  });

  test('body: cancelled in the middle', async () => {
    await using server = await startScriptedServer([readHead]);
    const source = new CountedSource(['hello'], null, 'never ends');
    const cancelled = new RecordedExchange(make(), requestTo(server.origin, { method: 'POST' }), { body: source });
    await until(() => source.pulled === 2 && server.requests.length === 1);
    cancelled.exchange.cancel();
    await until(() => source.returned === 1);
    await until(() => server.open === 0);
    expect(cancelled.events).toEqual([]);
  });
}

function pace(make: Make): void {
  test('body: a source is pulled no faster than the server reads', async () => {
    const piece = new Uint8Array(256 * 1024);
    const pieces = Array.from({ length: 200 }, () => piece);
    const source = new CountedSource(pieces, null);
    let read = 0;
    const server = createServer((request, response) => {
      server.once('read on', () => {
        request.on('data', (chunk: Buffer) => (read += chunk.length)).on('end', () => response.end('got it'));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sending = new RecordedExchange(make(), requestTo(origin, { method: 'POST' }), { body: source });
    await standsStill(() => source.pulled);
    // What the system's buffers and Node's hold.
    expect(source.pulled).toBeGreaterThan(1);
    expect(source.pulled).toBeLessThan(pieces.length / 2);
    server.emit('read on');
    await sending.finished;
    expect([sending.body, read]).toEqual(['got it', pieces.length * piece.length]);
    server.close();
  });
}

/** Waits until a number, once it is not 0, has stayed the same for a while. */
export async function standsStill(value: () => number): Promise<void> {
  let last = 0;
  let sameFor = 0;
  await until(() => {
    sameFor = value() === last && last > 0 ? sameFor + 1 : 0;
    last = value();
    return sameFor === 15;
  });
}
