// Sessions: the store by itself, and resumption as a server sees it.

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { testCertificate } from '../../testing/test-certificate.ts';
import { until } from '../../testing/until.ts';
import { createDialler } from './socket-dialler.ts';
import { TlsSessions, maxServers } from './tls-sessions.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };

describe('the store', () => {
  test('has the newest session of each server, and of the newest servers', () => {
    const sessions = new TlsSessions();
    const [older, newer] = [Buffer.from('older'), Buffer.from('newer')];
    for (let i = 0; i < maxServers; i++) sessions.set(`s${i}`, older);
    sessions.set('s0', newer);
    sessions.set('another', older);
    expect([sessions.get('s0'), sessions.get('s1'), sessions.get('s2')]).toEqual([newer, undefined, older]);
  });

  test('drops the one that failed, not one that came meanwhile', () => {
    const sessions = new TlsSessions();
    const [older, newer] = [Buffer.from('older'), Buffer.from('newer')];
    sessions.set('s', older);
    sessions.set('s', newer);
    sessions.drop('s', older);
    expect(sessions.get('s')).toBe(newer);
    sessions.drop('s', newer);
    expect(sessions.get('s')).toBeUndefined();
  });
});

/** A server that says to each client what it saw: `new`, or `resumed`. */
class Witness implements AsyncDisposable {
  readonly seen: string[] = [];
  /** So many connections from now on are cut when the handshake has begun. */
  cut = 0;
  /** Those below TLS, so that handshakes that never end are ended too. */
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(options: TlsOptions) {
    this.#server = createServer({ ...identity, ...options }, (socket) => {
      socket.on('error', () => {});
      this.seen.push(socket.isSessionReused() ? 'resumed' : 'new');
      // With TLS 1.3 the tickets are before this on their way.
      socket.write('.');
    });
    this.#server.on('tlsClientError', () => {});
    this.#server.prependListener('connection', (socket: Socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)));
      if (this.cut > 0 && this.cut-- > 0) socket.destroy();
    });
  }

  static async with(options: TlsOptions = {}): Promise<Witness> {
    const witness = new Witness(options);
    witness.#server.listen({ port: 0, host: '127.0.0.1', backlog: 512 });
    await once(witness.#server, 'listening');
    return witness;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How often each of both was seen. */
  get counts(): readonly [number, number] {
    const resumed = this.seen.filter((what) => what === 'resumed').length;
    return [this.seen.length - resumed, resumed];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

type Dialler = ReturnType<typeof createDialler>;

/** Opens connections at once, closes them when the server has spoken on each; how many could not be made. */
async function connect(dialler: Dialler, { port }: Witness, count: number, host = '127.0.0.1'): Promise<number> {
  let spoken = 0;
  let failed = 0;
  const sockets: (Socket | null)[] = [];
  const reading = { buffer: new Uint8Array(16), callback: (): boolean => ++spoken > 0 };
  for (let i = 0; i < count; i++) {
    dialler.dial({ target: { secure: true, host, port }, offer: 'http1', reading }, (error, socket) => {
      if (error !== null) failed++;
      sockets.push(socket);
    });
  }
  // Two hundred handshakes, both sides of them in this process, which may have little of the machine.
  await until(() => spoken + failed === count, 20_000);
  for (const socket of sockets) socket?.destroy();
  return failed;
}

describe('resumption', () => {
  test.each([
    ['TLSv1.2', 20],
    ['TLSv1.3', 200],
  ] as const)('%s: one whole handshake for %i connections', async (maxVersion, all) => {
    await using witness = await Witness.with({ maxVersion });
    const dialler = createDialler({ ca });
    await connect(dialler, witness, 1);
    await connect(dialler, witness, all - 1);
    expect(witness.counts).toEqual([1, all - 1]);
  });

  test('is with the same server only: host and port', async () => {
    await using one = await Witness.with();
    await using other = await Witness.with();
    const dialler = createDialler({ ca });
    await connect(dialler, one, 1);
    await connect(dialler, other, 1);
    await connect(dialler, one, 1, 'localhost');
    await connect(dialler, one, 1);
    expect([one.seen, other.seen]).toEqual([['new', 'new', 'resumed'], ['new']]);
  });

  test('a session with which the handshake failed is not tried again', async () => {
    await using witness = await Witness.with();
    const dialler = createDialler({ ca });
    await connect(dialler, witness, 1);
    witness.cut = 1;
    expect(await connect(dialler, witness, 1)).toBe(1);
    await connect(dialler, witness, 1);
    await connect(dialler, witness, 1);
    expect(witness.seen).toEqual(['new', 'new', 'resumed']);
  });

  test('one that was given up in the handshake says nothing of the session', async () => {
    await using witness = await Witness.with();
    const dialler = createDialler({ ca });
    await connect(dialler, witness, 1);
    const target = { secure: true, host: '127.0.0.1', port: witness.port };
    dialler.dial({ target, offer: 'http1', reading: null }, () => {})();
    // Its socket closes in the turns that follow.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    await connect(dialler, witness, 1);
    expect(witness.seen).toEqual(['new', 'resumed']);
  });
});
