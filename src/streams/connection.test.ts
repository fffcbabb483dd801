// Connections over real sockets: both ends of ours, and plain ones that behave badly. What is asked of each: that it says what
// happened, that nothing waits for ever, and that nothing is left.

import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { IncompleteReadError } from './incomplete-read-error.ts';
import { openConnection } from './open-connection.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHandler, StartServerOptions } from './server-options.ts';
import { startServer } from './start-server.ts';
import type { StreamServer } from './stream-server.ts';
import { testCertificate } from '../testing/test-certificate.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(handler: ConnectionHandler, options: StartServerOptions = {}): Promise<StreamServer> {
  const server = await startServer(handler, { graceMs: 0, ...options });
  closers.push(() => server.close());
  return server;
}

async function connect(server: { host: string; port: number }, options: object = {}): Promise<Connection> {
  const connection = await openConnection({ host: server.host, port: server.port, ...options });
  closers.push(() => connection.close());
  return connection;
}

/** A server of plain sockets. */
async function plain(onSocket: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const tls = { cert: testCertificate('server'), key: testCertificate('server-key') };
const ca = testCertificate('ca');

describe.each([
  ['TCP', {}, {}],
  ['TLS', { tls }, { tls: { ca } }],
])('over %s', (_, serving: StartServerOptions, opening) => {
  test('what is written is read, in all ways', async () => {
    const server = await serve(async (connection) => {
      expect(await connection.readLine()).toBe('first');
      await connection.write(`second\r\n${'x'.repeat(5)}head--rest`);
    }, serving);
    const connection = await connect(server, opening);
    await connection.write('first\n');
    expect(await connection.readLine()).toBe('second');
    expect(Buffer.from(await connection.readExactly(5)).toString()).toBe('xxxxx');
    expect(Buffer.from(await connection.readUntil('--')).toString()).toBe('head--');
    expect(Buffer.from((await connection.read(2)) ?? '').toString()).toBe('re');
    expect(Buffer.from(await connection.readAll()).toString()).toBe('st');
    expect([await connection.atEnd(), await connection.readLine(), await connection.read()]).toEqual([
      true,
      null,
      null,
    ]);
    expect(connection.secure).toBe(serving.tls !== undefined);
    expect(connection.remote).toEqual({ address: server.host, port: server.port });
  });

  test('one half may end while the other goes on', async () => {
    const server = await serve(async (connection) => {
      const all = await connection.readAll();
      for (let n = 0; n < 3; n++) await connection.write(all);
    }, serving);
    const connection = await connect(server, opening);
    await connection.write('abc');
    await connection.end();
    await expect(connection.write('more')).rejects.toMatchObject({ code: 'stream_state' });
    expect(Buffer.from(await connection.readAll()).toString()).toBe('abcabcabc');
  });

  test('who writes waits for who reads, and what waits is bounded on both sides', async () => {
    const gate = Promise.withResolvers<void>();
    const server = await serve(async (connection) => {
      await gate.promise;
      expect(connection.buffered).toBeLessThanOrEqual(2 * 65_536);
      let bytes = 0;
      for await (const chunk of connection) bytes += chunk.length;
      await connection.write(`${bytes}`);
    }, serving);
    const connection = await connect(server, opening);
    const piece = new Uint8Array(65_536).fill(7);
    let written = 0;
    const writing = (async () => {
      for (; written < 600; written++) await connection.write(piece);
    })();
    // What the system buffers, a few MB, is filled soon; then nothing more goes.
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(600);
    expect(connection.pending).toBeLessThanOrEqual(3 * 65_536);
    await expect(connection.drain({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'deadline' });
    gate.resolve();
    await writing;
    await connection.drain();
    expect(connection.pending).toBe(0);
    await connection.end();
    expect(Buffer.from(await connection.readAll()).toString()).toBe(String(600 * 65_536));
  });

  test('what was written last arrives, although bytes came that nobody read', async () => {
    const answer = 'y'.repeat(300_000);
    const server = await serve(async (connection) => {
      await connection.readLine();
      await connection.write(`400\n${answer}`);
    }, serving);
    const connection = await connect(server, opening);
    await connection.write(`bad\n${'z'.repeat(200_000)}`);
    expect(await connection.readLine()).toBe('400');
    expect((await connection.readAll()).length).toBe(answer.length);
  });
});

test('bytes may be changed as soon as write has returned', async () => {
  const server = await serve(async (connection) => connection.write(String((await connection.readAll()).indexOf(2))));
  const connection = await connect(server);
  // More than the system takes at once.
  const bytes = new Uint8Array(20_000_000).fill(1);
  const written = connection.write(bytes);
  expect(connection.pending).toBeGreaterThan(0);
  bytes.fill(2);
  await written;
  await connection.end();
  expect(Buffer.from(await connection.readAll()).toString()).toBe('-1');
});

test('who never waits for what he writes is stopped', async () => {
  const server = await plain((socket) => socket.pause());
  const connection = await connect(server, { bufferBytes: 1024 });
  const megabyte = new Uint8Array(1_048_576);
  const writes = Array.from({ length: 30 }, () => connection.write(megabyte));
  await expect(writes.at(-1)).rejects.toMatchObject({ code: 'stream_state', hint: expect.stringContaining('drain') });
  connection.abort();
});

describe('an end that nobody asked for:', () => {
  test('in the middle of a line it is told, with what came', async () => {
    const connection = await connect(await plain((socket) => socket.end('whole\nhal')));
    expect(await connection.readLine()).toBe('whole');
    const error: unknown = await connection.readLine().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect(Buffer.from((error as IncompleteReadError).partial).toString()).toBe('hal');
    expect(Buffer.from(await connection.readAll()).toString()).toBe('hal');
  });

  test('a reset is told to who waits, to later calls, and not to close', async () => {
    const connection = await connect(await plain((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const reading = connection.readLine();
    await connection.write('x');
    await expect(reading).rejects.toMatchObject({ code: 'connection_reset', systemCode: 'ECONNRESET' });
    await expect(connection.readLine()).rejects.toMatchObject({ code: 'connection_reset' });
    await expect(connection.write('y')).rejects.toMatchObject({ code: 'connection_reset' });
    await expect(connection.drain()).rejects.toMatchObject({ code: 'connection_reset' });
    await connection.close();
  });

  test('a write that nobody awaits does not end the process when it fails', async () => {
    const connection = await connect(await plain((socket) => socket.once('data', () => socket.resetAndDestroy())));
    for (let n = 0; n < 20; n++) {
      void connection.write('x'.repeat(100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(connection.drain()).rejects.toMatchObject({ code: 'connection_reset' });
  });
});

describe('closing', () => {
  test('tells who still reads, and all calls after it', async () => {
    const connection = await connect(await plain((socket) => socket.resume().on('end', () => socket.end())));
    const reading = connection.readLine();
    const closing = connection.close();
    await expect(reading).rejects.toMatchObject({ code: 'stream_state' });
    await closing;
    expect(connection.closed).toBe(true);
    for (const call of [() => connection.readLine(), () => connection.write('x'), () => connection.end()])
      await expect(call()).rejects.toMatchObject({ code: 'stream_state' });
    await connection.close();
  });

  test('ends also when the other side takes nothing and never ends', async () => {
    const connection = await connect(await plain((socket) => socket.pause()));
    void connection.write(new Uint8Array(20_000_000));
    const beganMs = performance.now();
    await connection.close({ timeoutMs: 30 });
    expect(performance.now() - beganMs).toBeLessThan(3000);
  });

  test('abort does not wait until what was written has left', async () => {
    const connection = await connect(await plain((socket) => socket.pause()));
    const written = connection.write(new Uint8Array(20_000_000));
    connection.abort(new Error('enough'));
    await expect(written).rejects.toThrow('enough');
    const beganMs = performance.now();
    await connection.close();
    expect(performance.now() - beganMs).toBeLessThan(3000);
  });

  test('abort tells the reason here, and the other side that it was cut off', async () => {
    const told = Promise.withResolvers<unknown>();
    const connection = await connect(await plain((socket) => socket.on('error', told.resolve)));
    const reading = connection.readLine();
    connection.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(await told.promise).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('opening', () => {
  test.each([
    ['nothing listens', { port: 1 }, { code: 'connect_refused' }],
    ['no such name', { host: 'nowhere.invalid', port: 80 }, { code: 'dns_failed' }],
    ['no port', { port: 0 }, { code: 'bad_option', message: expect.stringContaining('`port`') }],
    ['no host', { port: 80, host: '' }, { code: 'bad_option' }],
    [
      'an option of asyncio: else it would be cleartext',
      { port: 80, ssl: true },
      { code: 'unknown_option', message: 'There is no option `ssl`', hint: 'did you mean `tls`?' },
    ],
    ['a bad limit', { port: 80, bufferBytes: 0 }, { code: 'bad_option' }],
    [
      'no certificate',
      { port: 80, tls: { ca: 'x' } },
      { code: 'bad_option', message: expect.stringContaining('`tls.ca`') },
    ],
    [
      'half of who one is',
      { port: 80, tls: { key: 'x' } },
      { code: 'bad_option', message: '`tls.key` was given without `tls.cert`' },
    ],
    [
      'an option of Node for TLS',
      { port: 80, tls: { rejectUnauthorized: false } as object },
      { code: 'unknown_option', hint: 'did you mean `insecure`?' },
    ],
    ['a bad time', { port: 80, readTimeoutMs: Number.NaN }, { code: 'bad_option' }],
  ])('fails clearly: %s', async (_, options, error) => {
    await expect(openConnection({ host: '127.0.0.1', ...options })).rejects.toMatchObject(error);
  });

  test('fails clearly: a certificate that nobody vouches for, and no TLS there', async () => {
    const server = await serve(() => undefined, { tls });
    const untrusted = connect(server, { tls: true });
    await expect(untrusted).rejects.toMatchObject({ code: 'tls_failed', hint: expect.stringContaining('`tls.ca`') });
    await (await connect(server, { tls: { insecure: true } })).close();
    const speaksNone = await connect(server);
    await speaksNone.write('hello\n');
    await speaksNone.readAll().catch(() => undefined);
    // The one who did not trust, and the one who does not speak it.
    expect(server.statistics().failedHandshakes).toBe(2);
    const speaksPlain = await plain((socket) => socket.end('hello\n'));
    await expect(connect(speaksPlain, { tls: { ca } })).rejects.toMatchObject({ code: 'tls_failed' });
  });

  test.each(['localhost', '[127.0.0.1]'])('leads to %s', async (host) => {
    const server = await serve((connection) => connection.write('hello'));
    expect(await (await connect({ host, port: server.port })).readAll()).toHaveLength(5);
  });

  test('can be given up, in time or by a signal', async () => {
    const silent = await plain(() => undefined);
    const slow = connect(silent, { tls: { ca }, connectTimeoutMs: 30 });
    await expect(slow).rejects.toMatchObject({
      code: 'connect_timeout',
      hint: expect.stringContaining('`connectTimeoutMs`'),
    });
    const abort = new AbortController();
    const given = connect(silent, { tls: { ca }, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 10);
    await expect(given).rejects.toThrow('enough');
    await expect(connect(silent, { signal: abort.signal })).rejects.toThrow('enough');
  });
});

test('no listener is left on a signal that outlives what it was given to', async () => {
  const { signal } = new AbortController();
  const server = await serve(async (connection) => connection.write(await connection.readExactly(2)), { signal });
  const connection = await connect(server, { signal });
  await expect(connection.readLine({ signal, timeoutMs: 1 })).rejects.toMatchObject({ code: 'deadline' });
  await connection.write('ab', { signal });
  expect((await connection.readExactly(2, { signal })).length).toBe(2);
  await expect(connection.readLine({ signal })).resolves.toBeNull();
  await connection.close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await server.close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a call that cannot be is rejected, and sends nothing', async () => {
  const server = await serve(async (connection) => connection.write(await connection.readAll()));
  const connection = await connect(server);
  for (const call of [
    () => connection.read(0),
    () => connection.readExactly(-1),
    () => connection.readUntil(''),
    () => connection.readAll({ maxBytes: 0.5 }),
    () => connection.readLine({ timeoutMs: -1 }),
    () => connection.write('x', { timeoutMs: Number.NaN }),
    () => connection.write(7 as unknown as string),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'bad_option' });
  await connection.end();
  expect(await connection.readAll()).toHaveLength(0);
});
