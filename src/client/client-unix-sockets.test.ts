// A client whose connections lead to a Unix socket: over each transport and protocol, and what it says of sockets that cannot be used.

import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createServer2 } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { mapTransportError } from '../http/map-transport-error.ts';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { Client } from './client.ts';
import type { ClientOptions } from './client-options.ts';
import { fetchMany } from './fetch-many/fetch-many.ts';
import type { FetchManyOptions } from './fetch-many/fetch-many-options.ts';
import { runBatch } from './run-batch.ts';

let folder: string;
let made = 0;
const servers: { close(): unknown }[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-sockets-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function newPath(): string {
  return join(folder, `${made++}.sock`);
}

async function listening(server: Server): Promise<string> {
  const path = newPath();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

const answers: RequestListener = ({ headers, method, url }, response) => {
  if (url === '/away') response.writeHead(302, { location: 'http://elsewhere.test/v1' }).end();
  else response.end(JSON.stringify({ method, url, host: headers.host ?? headers[':authority'] }));
};

describe.each(['wire', 'undici'] as const)('over %s', (transport) => {
  test('requests go to the socket, whatever host they name', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    const socketPath = await listening(createServer(answers));
    await using client = new Client({ socketPath, transport });
    expect(await client.get('/v1?a=b').json()).toEqual({ method: 'GET', url: '/v1?a=b', host: 'localhost' });
    expect(await client.post('http://docker.test/x', { json: 1 }).json()).toMatchObject({ host: 'docker.test' });
    expect(await client.get('http://10.0.0.1/away').json()).toMatchObject({ url: '/v1', host: 'elsewhere.test' });
    await client.get('/v1');
    // One for each origin, used again.
    expect(client.statistics().connected).toBe(4);
  });

  test('HTTP/2, and TLS with the name of the URL', async () => {
    const cleartext = await listening(createServer2(answers as never));
    await using http2 = new Client({ socketPath: cleartext, transport, http: '2', baseUrl: 'http://a.test' });
    expect(await http2.get('/v2').json()).toMatchObject({ url: '/v2', host: 'a.test' });
    const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
    const socketPath = await listening(createSecureServer(identity, answers));
    await using secure = new Client({ socketPath, transport, baseUrl: 'https://localhost', ca: testCertificate('ca') });
    expect(await secure.get('/s').json()).toMatchObject({ url: '/s' });
    await expect(secure.get('https://other.test/')).rejects.toMatchObject({ code: 'tls_failed' });
  });

  test('a socket that is not there, or at which nobody listens, is named', async () => {
    const socketPath = newPath();
    await using client = new Client({ socketPath, transport });
    const missing = client.get('/');
    await expect(missing).rejects.toMatchObject({
      code: 'connect_refused',
      message: `there is no socket ${socketPath}`,
    });
    writeFileSync(socketPath, '');
    const message = `nothing accepts connections at ${socketPath}`;
    await expect(client.get('/')).rejects.toMatchObject({ code: 'connect_refused', sent: false, message });
  });
});

test('a socket that may not be used is named, and so is one whose server ends the connection', async () => {
  const error = Object.assign(new Error('connect EACCES /run/x'), { code: 'EACCES', address: '/run/x' });
  const exchange = { authority: '/run/x', sent: false, answered: false, reused: false, headSeen: false };
  const { code, message } = mapTransportError(error, exchange);
  expect([code, message]).toEqual(['connect_failed', 'the socket /run/x may not be used (EACCES)']);
  const socketPath = await listening(createServer(({ socket }) => void socket.destroy()));
  await using client = new Client({ socketPath });
  await expect(client.get('/')).rejects.toThrow(`${socketPath} closed the connection before it answered`);
});

test('a server whose queue is full is asked again, within the time for connecting', async () => {
  const socketPath = newPath();
  const program = `require('node:http').createServer((_, response) => response.end('x')).listen({ path: process.argv[1], backlog: 2 }, () => {
    process.send('up', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250));
  });`;
  const child = fork('-e', [program, socketPath], { execArgv: [] });
  servers.push({ close: () => child.kill() });
  await new Promise((resolve) => child.once('message', resolve));
  await using hurried = new Client({ socketPath, connectTimeoutMs: 50 });
  await using client = new Client({ socketPath });
  const late = Array.from({ length: 20 }, () => hurried.get('/').catch(({ code }: { code: string }) => code));
  const texts = await Promise.all(Array.from({ length: 20 }, () => client.get('/').text()));
  expect(texts).toEqual(Array.from({ length: 20 }, () => 'x'));
  expect(await Promise.all(late)).toContain('connect_timeout');
});

describe('records', () => {
  test('of fetchMany go to the socket, over either transport', async () => {
    const socketPath = await listening(createServer(answers));
    for (const transport of ['wire', 'undici'] as const) {
      const seen: unknown[] = [];
      for await (const result of fetchMany(['/a', 'http://docker.test/away'], { socketPath, transport, ordered: true }))
        seen.push(await result.json());
      expect(seen).toEqual([
        { method: 'GET', url: '/a', host: 'localhost' },
        { method: 'GET', url: '/v1', host: 'elsewhere.test' },
      ]);
    }
  });

  test('of a run, too; on another socket it does not go on, and a rehearsal goes to none', async () => {
    const socketPath = await listening(createServer(answers));
    const [input, output] = [join(folder, 'in.jsonl'), join(folder, 'results.jsonl')];
    writeFileSync(input, '{"n":1}\n{"n":2}\n');
    const options = { input, output, url: '/n/{{n}}', order: 'input' as const };
    expect((await runBatch({ ...options, socketPath })).counts).toMatchObject({ ok: 2 });
    expect(readFileSync(output, 'utf8')).toContain('"url":"/n/2","host":"localhost"');
    expect((await runBatch({ ...options, socketPath: relative('.', socketPath) })).kind).toBe('already-finished');
    await expect(runBatch({ ...options, socketPath: newPath() })).rejects.toMatchObject({
      code: 'options_changed',
      message: expect.stringMatching(/: `socketPath` has another value$/),
    });
    const outcome = await runBatch({
      ...options,
      output: `${output}l`,
      socketPath: newPath(),
      rehearse: true,
      url: '/x',
    });
    expect(outcome.counts.ok).toBe(2);
  });
});

const refused: readonly [string, ClientOptions, RegExp][] = [
  ['no path', { socketPath: '' }, /Expected `socketPath` to be the path of a socket/],
  ['what is no text', { socketPath: 7 as never }, /`socketPath`/],
  ['a path with NUL', { socketPath: '/a\0b' }, /without NUL/],
  ['a path that is too long', { socketPath: `/${'x'.repeat(200)}` }, /at most 10[37] bytes/],
  ['a proxy besides', { socketPath: '/a', proxy: 'http://p.test' }, /`proxy` and `socketPath`/],
  [
    'a transport that was made elsewhere',
    { socketPath: '/a', transport: mockTransport({}) },
    /`socketPath` and `transport`/,
  ],
  ['its name elsewhere', { uds: '/a' } as never, /no option `uds`/],
];

test.each(refused)('%s is refused at once', (_what, options, message) => {
  expect(() => new Client(options)).toThrow(message);
  expect(() => fetchMany(['/'], options as FetchManyOptions)).toThrow(message);
});
