// Pausing, for transports with sockets: the server has to wait, and what is held in between is bounded.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { again, readHead, send, startScriptedServer } from '../scripted-server.ts';
import { until } from '../until.ts';
import { standsStill } from './body-conformance.ts';
import { chunkedHead, head, lastChunk } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

const pieceBytes = 256 * 1024;
const pieceCount = 200;
/** What one read may hold. */
const readBytes = 64 * 1024;

/** Sends 50 MB as fast as they are taken. */
class FastServer implements AsyncDisposable {
  /** Pieces that the system has taken. */
  taken = 0;
  readonly #sockets: Socket[] = [];
  readonly #server = createServer((socket) => {
    this.#sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(this.#head);
      this.#next(socket, 0);
    });
  });
  readonly #head: string;
  readonly #isChunked: boolean;

  constructor(isChunked: boolean) {
    this.#isChunked = isChunked;
    this.#head = isChunked ? chunkedHead : head(`content-length: ${pieceBytes * pieceCount}`);
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #next(socket: Socket, sent: number): void {
    if (sent === pieceCount) {
      if (this.#isChunked) socket.write(lastChunk);
      return;
    }
    const piece = Buffer.alloc(pieceBytes, 120);
    const framed = this.#isChunked ? [`${pieceBytes.toString(16)}\r\n`, piece, '\r\n'] : [piece];
    for (const part of framed.slice(0, -1)) socket.write(part);
    socket.write(framed.at(-1) ?? '', () => {
      this.taken++;
      this.#next(socket, sent + 1);
    });
  }
}

/** Counts a body instead of keeping it. */
class Counting extends RecordedExchange {
  bytes = 0;

  override onData(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.events.at(-1) !== 'data') super.onData(chunk.subarray(0, 1));
  }
}

/** Holds a transport to pausing. */
export function pausesWell(make: Make): void {
  test.each([
    ['with a length', false],
    ['in chunks', true],
  ])('pause: a fast server has to wait: a body %s', async (_name, isChunked) => {
    await using server = new FastServer(isChunked);
    const transport = make();
    const fast = new Counting(transport, requestTo(await server.listen()));
    fast.onProgress = (event) => (event === 'data' ? fast.exchange.pause() : undefined);
    await until(() => fast.bytes > 0);
    await standsStill(() => server.taken);
    expect(fast.bytes).toBeLessThanOrEqual(readBytes);
    expect(server.taken).toBeLessThan(pieceCount / 2);
    fast.onProgress = () => {};
    fast.exchange.resume();
    await fast.finished;
    expect([fast.error, fast.bytes]).toEqual([null, pieceBytes * pieceCount]);
  });

  test('pause: before the head, and the end of the connection meanwhile', async () => {
    const body = 'x'.repeat(3_000_000);
    await using server = await startScriptedServer([readHead, send(`${head()}${body}`), { do: 'end' }]);
    const transport = make();
    const paused = new Counting(transport, requestTo(server.origin));
    paused.exchange.pause();
    await until(() => server.requests.length === 1);
    await standsStill(() => server.accepted);
    expect(paused.bytes).toBeLessThanOrEqual(readBytes);
    paused.exchange.resume();
    await paused.finished;
    expect([paused.error, paused.bytes]).toEqual([null, body.length]);
  });

  test('pause: the next exchange on the connection is not paused', async () => {
    await using server = await startScriptedServer([readHead, send(`${head('content-length: 5')}hello`), again]);
    const transport = make();
    const paused = new RecordedExchange(transport, requestTo(server.origin));
    paused.onProgress = () => paused.exchange.pause();
    await until(() => paused.events.length > 0);
    paused.onProgress = () => {};
    paused.exchange.resume();
    await paused.finished;
    paused.exchange.pause();
    expect(await exchange(transport, server.origin)).toMatchObject({ body: 'hello', exchange: { reused: true } });
  });

  test('pause: cancelled while paused', async () => {
    await using server = new FastServer(false);
    const transport = make();
    const paused = new Counting(transport, requestTo(await server.listen()));
    paused.onProgress = () => paused.exchange.pause();
    await until(() => paused.bytes > 0 || paused.events.length > 0);
    paused.exchange.cancel();
    const { bytes } = paused;
    paused.exchange.resume();
    await until(() => transport.statistics().connections === 0);
    expect([paused.bytes, paused.ended, transport.statistics().inFlight]).toEqual([bytes, false, 0]);
  });
}
