// Names and addresses with real sockets: one lookup for many connections, turns, addresses that are
// dead or silent, names that stop resolving, and what is said when nothing can be reached.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, LookupFunction, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { exchange } from '../../testing/recorded-exchange.ts';
import type { RecordedExchange } from '../../testing/recorded-exchange.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { startHttpProxy, startSocksProxy } from '../../testing/test-proxy.ts';
import type { TransportOptions } from '../transport-options.ts';
import type { Transport } from '../transport.ts';
import { createUndiciTransport } from './undici-transport.ts';

const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
const ca = testCertificate('ca');

/** A resolver that knows what the test tells it. */
class FakeNames {
  readonly asked: string[] = [];
  addresses: string[];

  constructor(...addresses: string[]) {
    this.addresses = addresses;
  }

  readonly lookup: LookupFunction = (name, _options, answer) => {
    this.asked.push(name);
    const failed = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', hostname: name });
    const found = this.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(() => answer(found.length === 0 ? failed : null, found));
  };
}

/** Servers at one port of several addresses, each counting its connections. */
class Servers implements AsyncDisposable {
  readonly connections = new Map<string, number>();
  port = 0;
  readonly #open: Server[] = [];
  readonly #make: () => Server;

  constructor(make: () => Server = () => createServer((_request, response) => response.end('hello'))) {
    this.#make = make;
  }

  static async at(...addresses: string[]): Promise<Servers> {
    const servers = new Servers();
    for (const address of addresses) await servers.listen(address);
    return servers;
  }

  async listen(address: string): Promise<Server> {
    const server = this.#make();
    this.connections.set(address, 0);
    server.on('connection', () => this.connections.set(address, (this.connections.get(address) ?? 0) + 1));
    server.listen({ port: this.port, host: address, backlog: 1024 });
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#open.push(server);
    return server;
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(this.connections);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

const open: Transport[] = [];

function transportWith(names: FakeNames, options: TransportOptions = {}): Transport {
  const transport = createUndiciTransport({ lookup: names.lookup, ...options });
  open.push(transport);
  return transport;
}

/** Requests at once, each on a connection of its own. */
function atOnce(transport: Transport, count: number, origin: string): Promise<RecordedExchange[]> {
  return Promise.all(Array.from({ length: count }, () => exchange(transport, origin, {}, { fresh: true })));
}

function bodies(all: readonly RecordedExchange[]): string[] {
  return [...new Set(all.map(({ body, error }) => error?.message ?? body))];
}

// Other systems have no 127.0.0.2 unless they are told to.
describe.skipIf(process.platform !== 'linux')('names', () => {
  afterEach(async () => {
    for (const transport of open.splice(0)) await transport.close();
  });

  test('500 connections at once need one lookup and are spread over the addresses', async () => {
    await using servers = await Servers.at('127.0.0.1', '127.0.0.2', '127.0.0.3');
    const names = new FakeNames('127.0.0.1', '127.0.0.2', '127.0.0.3');
    const transport = transportWith(names);
    expect(bodies(await atOnce(transport, 500, `http://many.test:${servers.port}`))).toEqual(['hello']);
    expect([names.asked, transport.statistics().connected]).toEqual([['many.test'], 500]);
    expect(servers.counts).toEqual({ '127.0.0.1': 167, '127.0.0.2': 167, '127.0.0.3': 166 });
    await transport.close();
  });

  test('a dead address is found out once, and everything succeeds', async () => {
    await using servers = await Servers.at('127.0.0.1', '127.0.0.3');
    const names = new FakeNames('127.0.0.2', '127.0.0.1', '127.0.0.3');
    const transport = transportWith(names);
    const origin = `http://half.test:${servers.port}`;
    expect(bodies(await atOnce(transport, 1, origin))).toEqual(['hello']);
    expect(bodies(await atOnce(transport, 100, origin))).toEqual(['hello']);
    expect(servers.counts).toEqual({ '127.0.0.1': 51, '127.0.0.3': 50 });
  });

  test('it has connections again when it works again: one tries, then all', async () => {
    await using servers = await Servers.at('127.0.0.1');
    const names = new FakeNames('127.0.0.2', '127.0.0.1');
    const clock = new FakeClock();
    const transport = transportWith(names, { clock });
    const origin = `http://back.test:${servers.port}`;
    await atOnce(transport, 1, origin);
    await servers.listen('127.0.0.2');
    await atOnce(transport, 10, origin);
    expect(servers.counts).toEqual({ '127.0.0.1': 11, '127.0.0.2': 0 });
    clock.advance(30_000);
    await atOnce(transport, 10, origin);
    expect(servers.counts).toEqual({ '127.0.0.1': 20, '127.0.0.2': 1 });
    await atOnce(transport, 10, origin);
    expect(servers.counts).toEqual({ '127.0.0.1': 25, '127.0.0.2': 6 });
  });

  test('an address that is silent costs one connection a second, and the others nothing', async () => {
    await using servers = await Servers.at('127.0.0.1');
    await using hole = await startSilent('127.0.0.2', servers.port);
    const names = new FakeNames('127.0.0.2', '127.0.0.1');
    const transport = transportWith(names);
    const origin = `http://silent.test:${hole.port}`;
    const startedMs = performance.now();
    expect(bodies(await atOnce(transport, 1, origin))).toEqual(['hello']);
    const firstMs = performance.now() - startedMs;
    // In turn, three of them would begin with the one that is silent.
    for (let i = 0; i < 6; i++) expect(bodies(await atOnce(transport, 1, origin))).toEqual(['hello']);
    expect(firstMs).toBeGreaterThan(900);
    expect(performance.now() - startedMs - firstMs).toBeLessThan(2_500);
  });

  test('hosts with both families: the first that works, then that one at once', async () => {
    await using servers = await Servers.at('127.0.0.1');
    const names = new FakeNames('::1', '127.0.0.1');
    const transport = transportWith(names);
    expect(bodies(await atOnce(transport, 5, `http://both.test:${servers.port}`))).toEqual(['hello']);
    await using six = await Servers.at('::1');
    names.addresses = ['127.0.0.1', '::1'];
    expect(bodies(await atOnce(transport, 5, `http://six.test:${six.port}`))).toEqual(['hello']);
    expect([servers.counts, six.counts]).toEqual([{ '127.0.0.1': 5 }, { '::1': 5 }]);
  });

  test('a name that stops resolving goes on with its last addresses, and takes new ones when it is back', async () => {
    await using servers = await Servers.at('127.0.0.1', '127.0.0.2');
    const names = new FakeNames('127.0.0.1');
    const clock = new FakeClock();
    const transport = transportWith(names, { clock });
    const origin = `http://gone.test:${servers.port}`;
    await atOnce(transport, 2, origin);
    expect(names.asked).toHaveLength(1);
    names.addresses = [];
    clock.advance(30_000);
    expect(bodies(await atOnce(transport, 2, origin))).toEqual(['hello']);
    expect(names.asked).toHaveLength(2);
    names.addresses = ['127.0.0.2'];
    clock.advance(1_000);
    expect(bodies(await atOnce(transport, 2, origin))).toEqual(['hello']);
    expect([names.asked.length, servers.counts]).toEqual([3, { '127.0.0.1': 4, '127.0.0.2': 2 }]);
  });

  test('a name that does not resolve fails for all that wait, after one lookup', async () => {
    const names = new FakeNames();
    const transport = transportWith(names);
    const all = await atOnce(transport, 50, 'http://none.test');
    expect(bodies(all)).toEqual(['the name none.test could not be resolved (ENOTFOUND)']);
    expect([all[0]?.error?.code, names.asked]).toEqual(['dns_failed', ['none.test']]);
  });

  test('TLS asks for the name and HTTP/2 is spoken, whatever the address', async () => {
    const seen: string[] = [];
    await using servers = new Servers(() =>
      createSecureServer(
        {
          ...identity,
          SNICallback: (name, done) => {
            seen.push(name);
            done(null);
          },
        },
        (request: { httpVersion: string }, response: { end(body: string): void }) => response.end(request.httpVersion),
      ),
    );
    await servers.listen('127.0.0.3');
    const names = new FakeNames('127.0.0.2', '127.0.0.3');
    const transport = transportWith(names, { ca });
    expect(bodies(await atOnce(transport, 3, `https://localhost:${servers.port}`))).toEqual(['2.0']);
    expect([new Set(seen), names.asked]).toEqual([new Set(['localhost']), ['localhost']]);
  });

  test('an address needs no lookup, and a proxy’s name is looked up instead of the target’s', async () => {
    await using servers = await Servers.at('127.0.0.1');
    await using http = await startHttpProxy(servers.port);
    await using socks = await startSocksProxy(servers.port);
    const names = new FakeNames('127.0.0.2', '127.0.0.1');
    await atOnce(transportWith(names), 1, `http://127.0.0.1:${servers.port}`);
    expect(names.asked).toEqual([]);
    for (const proxy of [`http://proxy.test:${http.port}`, `socks5://socks.test:${socks.port}`]) {
      expect(bodies(await atOnce(transportWith(names, { proxy }), 2, 'http://target.test'))).toEqual(['hello']);
    }
    expect(names.asked).toEqual(['proxy.test', 'socks.test']);
  });
});

describe.skipIf(process.platform !== 'linux')('what is said', () => {
  afterEach(async () => {
    for (const transport of open.splice(0)) await transport.close();
  });

  test('when no address accepts: each of them, in place of an empty message', async () => {
    const port = await freePort();
    const names = new FakeNames('127.0.0.2', '127.0.0.3');
    const [done] = await atOnce(transportWith(names), 1, `http://dead.test:${port}`);
    expect(done?.error).toMatchObject({ code: 'connect_refused', systemCode: 'ECONNREFUSED' });
    expect(done?.error?.message).toBe(
      `nothing accepts connections at dead.test:${port} (tried 127.0.0.2: ECONNREFUSED, 127.0.0.3: ECONNREFUSED)`,
    );
    const proxied = transportWith(names, { proxy: `http://dead.test:${port}` });
    const [refused] = await atOnce(proxied, 1, 'http://target.test');
    expect(refused?.error?.code).toBe('proxy_failed');
    expect(refused?.error?.message).toContain('127.0.0.2: ECONNREFUSED');
  });

  test('when an address is silent for too long: which', async () => {
    await using hole = await startSilent('127.0.0.2', 0);
    const transport = transportWith(new FakeNames('127.0.0.2'), { connectTimeoutMs: 50 });
    const [done] = await atOnce(transport, 1, `http://silent.test:${hole.port}`);
    expect(done?.error?.code).toBe('connect_timeout');
    expect(done?.error?.message).toMatch(/did not accept a connection in time \(tried 127\.0\.0\.2: ETIMEDOUT\)$/);
  });

  test.each([null, 'http://proxy.test:1', 'socks5://proxy.test:1'])(
    'when the name server is silent (%s)',
    async (proxy) => {
      const transport = createUndiciTransport({ lookup: () => {}, connectTimeoutMs: 50, proxy });
      open.push(transport);
      const [done] = await atOnce(transport, 1, 'http://slow.test');
      expect(done?.error).toMatchObject({ code: 'dns_failed', systemCode: 'EAI_AGAIN', sent: false });
      expect(done?.error?.message).toContain(
        `the name ${proxy === null ? 'slow' : 'proxy'}.test could not be resolved`,
      );
    },
  );
});

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  await using servers = await Servers.at('127.0.0.2');
  return servers.port;
}

/** An address that takes no connection and refuses none: nobody accepts, and the backlog is full. */
async function startSilent(host: string, port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const sleeper = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     const server = require('node:net').createServer();
     server.listen({ ...workerData, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(sleep);
     });`,
    { eval: true, workerData: { host, port } },
  );
  const [bound]: unknown[] = await once(sleeper, 'message');
  if (typeof bound !== 'number') throw new Error('it does not listen');
  const fillers: Socket[] = [];
  for (let isFull = false; !isFull;) {
    const filler = connect(bound, host);
    fillers.push(filler);
    isFull = await Promise.race([once(filler, 'connect').then(() => false), delay(100, true)]);
  }
  return {
    port: bound,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy();
      await sleeper.terminate();
    },
  };
}
