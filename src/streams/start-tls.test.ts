// TLS on top of a connection that has begun in cleartext, both sides, over real sockets.

import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { testCertificate } from '../testing/test-certificate.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './open-connection.ts';
import { startServer } from './start-server.ts';
import { openerFor } from './start-tls.ts';
import type { ClientTlsOptions, StartTlsOptions } from './start-tls.ts';

const ca = testCertificate('ca');
const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };

/** A server that answers as those of SMTP do: some words, then TLS when it is asked for. */
async function mailServer(tls: StartTlsOptions = identity, onError: (error: unknown) => void = () => undefined) {
  return await startServer(
    async (connection) => {
      await connection.write('220 ready\r\n');
      for await (const line of connection.lines()) {
        if (line === 'QUIT') return;
        if (line !== 'STARTTLS') await connection.write(`250 ${line}${connection.secure ? ' in private' : ''}\r\n`);
        else {
          await connection.write('220 go ahead\r\n');
          await connection.startTls(tls);
        }
      }
    },
    { onError },
  );
}

async function asked(connection: Connection, line: string): Promise<string | null> {
  await connection.write(`${line}\r\n`);
  return await connection.readLine();
}

async function begun(port: number): Promise<Connection> {
  const connection = await openConnection({ host: 'localhost', port });
  await connection.readLine();
  expect(await asked(connection, 'STARTTLS')).toBe('220 go ahead');
  return connection;
}

test('a connection goes on over TLS, with what holds for it otherwise', async () => {
  await using server = await mailServer();
  await using connection = await openConnection({ host: 'localhost', port: server.port });
  expect([await connection.readLine(), await asked(connection, 'EHLO a')]).toEqual(['220 ready', '250 EHLO a']);
  expect(await asked(connection, 'STARTTLS')).toBe('220 go ahead');
  const { remote, local } = connection;
  await connection.startTls({ ca });
  expect([connection.secure, connection.remote, connection.local]).toEqual([true, remote, local]);
  expect(connection.peerCertificate?.subjectAltName).toContain('DNS:localhost');
  expect(await asked(connection, 'NOOP')).toBe('250 NOOP in private');
  const big = 'x'.repeat(60_000);
  for (let n = 0; n < 20; n++) void connection.write(`${big}\r\n`);
  for (let n = 0; n < 20; n++) expect(await connection.readLine()).toHaveLength(big.length + 15);
  await connection.end();
  expect(await connection.atEnd()).toBe(true);
  await expect(connection.startTls({ ca })).rejects.toThrow(/over TLS already/);
});

test('who is not trusted, or has another name, is not spoken to, and the connection is gone', async () => {
  await using server = await mailServer();
  for (const options of [{}, { ca, host: 'other.test' }]) {
    await using connection = await begun(server.port);
    await expect(connection.startTls(options)).rejects.toMatchObject({ code: 'tls_failed' });
    await expect(connection.write('x')).rejects.toMatchObject({ code: 'tls_failed' });
    await expect(connection.read()).rejects.toMatchObject({ code: 'tls_failed' });
  }
  await using careless = await begun(server.port);
  await careless.startTls({ insecure: true });
  expect(await asked(careless, 'NOOP')).toBe('250 NOOP in private');
});

test('a server lets in only those whose certificate it wants', async () => {
  const errors: unknown[] = [];
  await using server = await mailServer({ ...identity, clientCa: ca }, (error) => errors.push(error));
  await using known = await begun(server.port);
  await known.startTls({ ca, cert: testCertificate('client'), key: testCertificate('client-key') });
  expect(await asked(known, 'NOOP')).toBe('250 NOOP in private');
  await using unknown = await begun(server.port);
  await unknown.startTls({ ca }).catch(() => undefined);
  await expect(unknown.readLine()).rejects.toMatchObject({
    code: expect.stringMatching(/tls_failed|connection_reset/),
  });
  await expect.poll(() => errors).toHaveLength(1);
});

test('what was slipped in as cleartext is never read: the handshake fails, on either side', async () => {
  const errors: unknown[] = [];
  await using server = await mailServer(identity, (error) => errors.push(error));
  const raw = connect(server.port, '127.0.0.1');
  raw.on('error', () => undefined).resume();
  raw.write('STARTTLS\r\nMAIL FROM:<mallory>\r\n');
  await expect.poll(() => errors).toEqual([expect.objectContaining({ code: 'tls_failed' })]);
  raw.destroy();

  const lying = createServer(
    (socket) =>
      void socket
        .on('error', () => undefined)
        .resume()
        .write('220 go ahead\r\n250 forged\r\n'),
  );
  await new Promise<void>((resolve) => lying.listen(0, '127.0.0.1', resolve));
  await using connection = await openConnection({ port: (lying.address() as AddressInfo).port, host: '127.0.0.1' });
  expect(await connection.readLine()).toBe('220 go ahead');
  await expect(connection.startTls({ insecure: true })).rejects.toMatchObject({ code: 'tls_failed' });
  await expect(connection.readLine()).rejects.toMatchObject({ code: 'tls_failed' });
  await new Promise((resolve) => lying.close(resolve));
});

test('a handshake ends in time, by its signal, and with the connection; nothing is left', async () => {
  await using silent = await startServer(async (connection) => void (await connection.readAll().catch(() => null)));
  const open = () => openConnection({ host: 'localhost', port: silent.port });
  await using late = await open();
  await expect(late.startTls({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'deadline' });
  await using stopped = await open();
  const reason = new Error('enough');
  await expect(stopped.startTls({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  await using interrupted = await open();
  const going = interrupted.startTls({ signal: controller.signal });
  await expect(interrupted.write('x')).rejects.toMatchObject({ code: 'stream_state' });
  controller.abort(reason);
  await expect(going).rejects.toBe(reason);
  for (const end of ['close', 'abort'] as const) {
    const ended = await open();
    const ends = ended.startTls();
    await new Promise((resolve) => setImmediate(resolve));
    void ended[end]();
    await expect(ends).rejects.toMatchObject({ code: end === 'close' ? 'stream_state' : 'cancelled' });
    await ended.close();
  }
  await expect.poll(() => silent.statistics().open).toBe(1);
});

test('a connection that is ended before its handshake began begins none', async () => {
  await using server = await mailServer();
  for (const [end, code] of [
    ['close', 'stream_state'],
    ['abort', 'cancelled'],
  ] as const) {
    await using connection = await begun(server.port);
    const going = connection.startTls({ ca });
    const ended = connection[end]();
    await expect(going).rejects.toMatchObject({ code });
    await ended;
  }
  // Closing lets what was written leave first.
  const got = Promise.withResolvers<number>();
  await using slow = await startServer(
    async (connection) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      got.resolve((await connection.readAll()).length);
    },
    { bufferBytes: 1_000 },
  );
  const connection = await openConnection({ host: 'localhost', port: slow.port });
  const block = 'x'.repeat(100_000);
  for (let n = 0; n < 150; n++) void connection.write(block);
  expect(connection.pending).toBeGreaterThan(0);
  const going = connection.startTls({ ca });
  await new Promise((resolve) => setImmediate(resolve));
  const closed = connection.close();
  await expect(going).rejects.toMatchObject({ code: 'stream_state' });
  await closed;
  expect(await got.promise).toBe(15_000_000);
}, 4_000);

test('settings that are asked for again are shared, and no others', () => {
  const settings: readonly (readonly [ClientTlsOptions, string | null])[] = [
    [{ ca }, null],
    [{ ca, insecure: true }, null],
    [{ ca, cert: testCertificate('client'), key: testCertificate('client-key') }, null],
    [{ insecure: true }, null],
    [{ insecure: true }, '/a'],
    [{ insecure: true }, '/b'],
  ];
  const openers = settings.map(([tls, path]) => {
    const opener = openerFor({ ...tls }, path);
    expect(openerFor({ ...tls }, path)).toBe(opener);
    return opener;
  });
  expect(new Set(openers).size).toBe(settings.length);
});

test('options of the other side, and moments that do not fit, are refused, and the connection stays', async () => {
  await using server = await mailServer({ cert: identity.cert });
  await using connection = await openConnection({ host: 'localhost', port: server.port });
  await expect(connection.startTls({ clientCa: ca })).rejects.toMatchObject({ code: 'bad_option' });
  await expect(connection.startTls({ ca: 'no PEM' })).rejects.toMatchObject({ code: 'bad_option' });
  expect(await connection.readLine()).toBe('220 ready');
  const line = connection.readLine();
  await expect(connection.startTls({ ca })).rejects.toMatchObject({ code: 'stream_state' });
  await connection.write('NOOP\r\n');
  expect(await line).toBe('250 NOOP');
});
