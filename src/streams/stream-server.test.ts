// Servers: handlers that throw, too many connections, closing in good order and at once, certificates of clients; and that
// nothing is left afterwards.

import { connect as connectPlain } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { sleep } from '../concurrency/sleep.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { until } from '../testing/until.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './open-connection.ts';
import { startServer } from './start-server.ts';
import type { StreamServer } from './stream-server.ts';

const to = ({ host, port }: StreamServer) => ({ host, port });
async function fails(connection: Connection): Promise<void> {
  await connection.readLine();
  throw new Error('broken');
}

function throws(): never {
  throw new Error('broken, too');
}

const tls = { cert: testCertificate('server'), key: testCertificate('server-key') };
const ca = testCertificate('ca');

describe('a handler that throws', () => {
  test('cuts off its connection, is told, and the server goes on', async () => {
    const errors: unknown[] = [];
    await using server = await startServer(
      async (connection) => {
        const line = await connection.readLine();
        if (line === 'bad') throw new Error('no such command');
        await connection.write(`${line}\n`);
      },
      { onError: (error, connection) => errors.push(String(error), connection?.closed) },
    );
    await using good = await openConnection(to(server));
    await using bad = await openConnection(to(server));
    await bad.write('bad\n');
    await expect(bad.readLine()).rejects.toMatchObject({ code: 'connection_reset' });
    await good.write('good\n');
    expect(await good.readLine()).toBe('good');
    expect(errors[0]).toBe('Error: no such command');
    expect(server.statistics()).toMatchObject({ accepted: 2, failed: 1 });
  });

  test('is a warning where nobody is told, and so is what onError throws', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (const options of [{}, { onError: throws }]) {
      await using server = await startServer(fails, options);
      await using connection = await openConnection(to(server));
      await connection.write('x\n');
      await connection.read().catch(() => undefined);
    }
    const told = warned.mock.calls.map(([message]) => message);
    warned.mockRestore();
    expect(told).toEqual([expect.stringContaining('Error: broken.'), expect.stringContaining('Error: broken, too')]);
  });
});

test('what comes beyond maxConnections is hung up on, and there is room again', async () => {
  const free = Promise.withResolvers<void>();
  await using server = await startServer(
    async (connection) => {
      await connection.write('in\n');
      await free.promise;
    },
    { maxConnections: 2 },
  );
  await using one = await openConnection(to(server));
  await using two = await openConnection(to(server));
  expect([await one.readLine(), await two.readLine()]).toEqual(['in', 'in']);
  await using three = await openConnection(to(server));
  expect(await three.readLine().catch(() => null)).toBeNull();
  expect(server.statistics()).toMatchObject({ open: 2, accepted: 2, refused: 1 });
  free.resolve();
  await Promise.all([one.close(), two.close()]);
  await until(() => server.statistics().open === 0);
  await using four = await openConnection(to(server));
  expect(await four.readLine()).toBe('in');
});

test('who goes in the middle of its TLS handshake makes room at once', async () => {
  await using server = await startServer((connection) => connection.write('in\n'), { tls, maxConnections: 1 });
  const leaver = connectPlain(server.port, server.host, () => leaver.end(Buffer.of(22, 3, 1)));
  await new Promise((resolve) => leaver.resume().once('close', resolve));
  await expect.poll(() => server.statistics().failedHandshakes).toBe(1);
  await using connection = await openConnection({ host: 'localhost', port: server.port, tls: { ca } });
  expect(await connection.readLine()).toBe('in');
  // Later it may end its side, and read on.
  await connection.end();
  expect(await connection.atEnd()).toBe(true);
});

describe('closing', () => {
  test('lets handlers finish what they do, and takes no more', async () => {
    await using server = await startServer(async (connection) => {
      await connection.readLine();
      await sleep(30);
      await connection.write('done\n');
    });
    await using connection = await openConnection(to(server));
    await connection.write('go\n');
    await until(() => server.statistics().open === 1);
    const closing = server.close();
    await expect(openConnection(to(server))).rejects.toMatchObject({ code: 'connect_refused' });
    expect(await connection.readLine()).toBe('done');
    await connection.close();
    await closing;
    await server.closed;
  });

  test.each([
    ['when the grace is over', (server: StreamServer) => server.close({ graceMs: 20 })],
    ['at once', (server: StreamServer) => server.close({ graceMs: 0 })],
    [
      'when it is told so while it waits',
      (server: StreamServer) => (void server.close(), server.close({ graceMs: 5 })),
    ],
  ])('cuts off those that go on, %s', async (_, close) => {
    const ends: unknown[] = [];
    const errors: unknown[] = [];
    const server = await startServer(
      async (connection, { signal }) => {
        await connection.readLine().catch((error: unknown) => {
          ends.push(signal.aborted, error === signal.reason);
          throw error;
        });
      },
      { onError: (error) => errors.push(error) },
    );
    await using connection = await openConnection(to(server));
    await until(() => server.statistics().open === 1);
    await close(server);
    expect(ends).toEqual([true, true]);
    expect(errors).toEqual([]);
    await expect(connection.readLine()).rejects.toMatchObject({ code: 'connection_reset' });
  });

  test('comes by a signal, too, and serves nobody who connected just before', async () => {
    const abort = new AbortController();
    let served = 0;
    const server = await startServer(() => void served++, { signal: abort.signal });
    const socket = connectPlain(server.port, server.host).on('error', () => undefined);
    const gone = new Promise((resolve) => socket.on('close', resolve));
    abort.abort();
    await server.closed;
    await gone;
    expect(served).toBe(0);
    await expect(startServer(() => undefined, { signal: abort.signal })).rejects.toBe(abort.signal.reason);
    const other = new AbortController();
    const starting = startServer(() => undefined, { port: server.port, signal: other.signal });
    other.abort(new Error('enough'));
    await expect(starting).rejects.toThrow('enough');
    await (await startServer(() => undefined, { port: server.port })).close();
  });

  test('ends TLS handshakes that have not ended, and lets those go on that are served', async () => {
    const go = Promise.withResolvers<string>();
    const server = await startServer(async (connection) => connection.write(`${await go.promise}\n`), { tls });
    await using connection = await openConnection({ ...to(server), tls: { ca } });
    const socket = connectPlain(server.port, server.host).on('error', () => undefined);
    const gone = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    await until(() => server.statistics().open === 1);
    await sleep(20);
    const closing = server.close();
    await gone;
    go.resolve('late');
    expect(await connection.readLine()).toBe('late');
    await connection.close();
    await closing;
  });
});

test('clients show who they are, where that is asked for', async () => {
  await using server = await startServer(
    async (connection) => connection.write(connection.peerCertificate?.subject ?? ''),
    {
      tls: { ...tls, clientCa: ca },
    },
  );
  const known = { ca, cert: testCertificate('client'), key: testCertificate('client-key') };
  await using client = await openConnection({ ...to(server), tls: known });
  expect(Buffer.from(await client.readAll()).toString()).toContain('CN=');
  expect(client.peerCertificate?.subject).toContain('CN=');
  await using stranger = await openConnection({ ...to(server), tls: { ca } });
  await expect(stranger.readAll()).rejects.toMatchObject({ code: 'tls_failed' });
});

test.each([
  ['an address of another machine', { host: '192.0.2.1' }, { code: 'listen_failed' }],
  ['a port that is none', { port: 70_000 }, { code: 'bad_option', message: expect.stringContaining('70000') }],
  ['certificates that are none', { tls: { cert: 'x', key: 'y' } }, { code: 'bad_option' }],
  [
    'authorities by another name: else it would let in everybody',
    { tls: { cert: 'x', key: 'y', ca: 'z' } },
    { code: 'unknown_option', hint: 'did you mean `clientCa`?' },
  ],
  ['TLS without a certificate', { tls: { cert: '', key: '' } }, { code: 'bad_option' }],
  ['a limit that is none', { maxConnections: 0 }, { code: 'bad_option' }],
  [
    'an option of asyncio',
    { port: 0, sslHandshakeTimeout: 1 },
    { code: 'unknown_option', hint: 'did you mean `handshakeTimeoutMs`?' },
  ],
])('it does not start with %s', async (_, options, error) => {
  await expect(startServer(() => undefined, options)).rejects.toMatchObject(error);
});

test('it does not start at a port that is taken', async () => {
  await using server = await startServer(() => undefined);
  await expect(startServer(() => undefined, { port: server.port })).rejects.toMatchObject({ code: 'listen_failed' });
});
