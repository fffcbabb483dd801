// Connections and servers at the path of a Unix socket.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, linkSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testCertificate } from '../testing/test-certificate.ts';
import { openConnection } from './open-connection.ts';
import type { OpenConnectionOptions } from './open-connection.ts';
import type { StartServerOptions } from './server-options.ts';
import { startServer } from './start-server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-unix-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a server at a path is spoken to, and its file goes with it', async () => {
  const path = join(folder, 'echo.sock');
  const server = await startServer(
    async (connection) => {
      for await (const line of connection.lines()) await connection.write(`${line}!\n`);
    },
    { path },
  );
  expect(server).toMatchObject({ path, host: '', port: 0 });
  const connections = await Promise.all(Array.from({ length: 5 }, () => openConnection({ path })));
  for (const connection of connections) {
    await connection.write('hi\n');
    expect(await connection.readLine()).toBe('hi!');
    expect([connection.remote, connection.secure]).toEqual([{ address: '', port: 0 }, false]);
    await connection.close();
  }
  expect(server.statistics().accepted).toBe(5);
  await server.close();
  expect(existsSync(path)).toBe(false);
  await expect(openConnection({ path })).rejects.toMatchObject({
    code: 'connect_refused',
    message: `there is no socket ${path}`,
  });
});

test('TLS goes over it too', async () => {
  const errors: unknown[] = [];
  const path = join(folder, 'tls.sock');
  const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
  await using server = await startServer(
    async (connection) => {
      await connection.startTls(identity);
      await connection.write(`secret\n`);
    },
    { path, onError: (error) => errors.push(error) },
  );
  await using connection = await openConnection({ path, tls: { ca: testCertificate('ca') } });
  expect([connection.secure, await connection.readLine()]).toEqual([true, 'secret']);
  const other = openConnection({ path, host: 'other.test', tls: { ca: testCertificate('ca') } });
  await expect(other).rejects.toMatchObject({ code: 'tls_failed' });
  await connection.close();
  await expect.poll(() => server.statistics().open).toBe(0);
  expect(errors.length).toBeLessThan(2);
});

/** A process that listens there. */
async function served(path: string): Promise<ChildProcess> {
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.send('up'))`;
  const child = fork('-e', [program, path], { execArgv: [] });
  await new Promise((resolve) => child.once('message', resolve));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}

test('what a server that was killed has left is taken over; what is used, or no socket, is not', async () => {
  const path = join(folder, 'left.sock');
  const child = await served(path);
  const taken = startServer(() => undefined, { path });
  await expect(taken).rejects.toMatchObject({ code: 'listen_failed', message: expect.stringContaining(path) });
  await killed(child);
  expect(existsSync(path)).toBe(true);
  await using _server = await startServer((connection) => connection.write('new\n'), { path });
  await using connection = await openConnection({ path });
  expect(await connection.readLine()).toBe('new');
  const file = join(folder, 'file');
  writeFileSync(file, 'precious');
  await expect(startServer(() => undefined, { path: file })).rejects.toMatchObject({ code: 'listen_failed' });
  expect(existsSync(file)).toBe(true);
  await expect(startServer(() => undefined, { path: join(folder, 'no/a') })).rejects.toMatchObject({
    code: 'listen_failed',
  });
});

test('a server whose place another one has taken leaves that alone when it ends', async () => {
  const path = join(folder, 'replaced.sock');
  const before = await startServer((connection) => connection.write('before\n'), { path });
  rmSync(path);
  await using _after = await startServer((connection) => connection.write('after\n'), { path });
  await before.close();
  const connection = await openConnection({ path });
  expect(await connection.readLine()).toBe('after');
  await connection.close();
  const vanished = await startServer(() => undefined, { path: `${path}2` });
  rmSync(`${path}2`);
  await vanished.close();
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('of several that find it left behind at once, one takes it over, and is not cut off by the others', async () => {
  const path = join(folder, 'wanted.sock');
  await killed(await served(path));
  // What they find at first is the same for all: the sooner ones have taken it when the later ones come to it.
  for (let round = 0; round < 10; round++) {
    const left = join(folder, `left-${round}`);
    linkSync(path, left);
    const made = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => startServer((connection) => connection.write(`${n}\n`), { path: left })),
    );
    const up = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(up).toHaveLength(1);
    const connection = await openConnection({ path: left });
    expect(await connection.readLine()).toBe(`${1 + made.findIndex(({ status }) => status === 'fulfilled')}`);
    await connection.close();
    await up[0]?.close();
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

const tls = { cert: '', key: '' };
const servers: StartServerOptions[] = [
  { path: '' },
  { path: '/a', port: 1 },
  { path: '/a', host: 'b' },
  { path: '/a', tls },
];
const openings = [{ path: '' }, { path: '/a', port: 1 }, { path: `/${'x'.repeat(200)}` }, {}] as unknown[];

test.each(servers)('a server with %j is refused', async (options) => {
  await expect(startServer(() => undefined, options)).rejects.toMatchObject({ code: 'bad_option' });
});

test.each(openings)('a connection to %j is refused', async (options) => {
  await expect(openConnection(options as OpenConnectionOptions)).rejects.toMatchObject({ code: 'bad_option' });
});
