// `manyfetch target` and `manyfetch report`, as processes: real sockets, real signals, real files.

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { manyfetch, startManyfetch } from './manyfetch.ts';

const folder = mkdtempSync(join(tmpdir(), 'manyfetch-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the service; resolves when it has said where it is. */
async function startService(...words: string[]) {
  const child = startManyfetch(['target', '--port', '0', ...words]);
  child.stdout.setEncoding('utf8');
  const [first] = (await once(child.stdout, 'data')) as [string];
  let rest = '';
  child.stdout.on('data', (chunk: string) => (rest += chunk));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, rest }));
  return { child, first, url: /https?:\/\/\S+/u.exec(first)?.[0] ?? '', ended };
}

test.each(['SIGINT', 'SIGTERM'] as const)('the service serves until %s, and says what it received', async (signal) => {
  const { child, first, url, ended } = await startService();
  expect(first).toMatch(/^Serving at http:\/\/127\.0\.0\.1:\d+ \(GET \/ lists the paths\); Ctrl-C ends it\.\n$/u);
  expect(await (await fetch(`${url}/hello/you`)).json()).toMatchObject({ hello: 'you' });
  child.kill(signal);
  expect(await ended).toEqual({ code: 0, rest: 'Received 1 request on 1 connection, at most 1 at once.\n' });
});

test('with --api any path is answered', async () => {
  const { child, url, ended } = await startService('--api', '--latency', '0ms', '--faults', '0');
  expect((await fetch(`${url}/v1/anything`, { method: 'POST', body: '{}' })).status).toBe(200);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
});

test('a port that is taken is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await manyfetch(['target', '--port', String(port)])).toEqual({
    code: 2,
    stdout: '',
    stderr: `manyfetch: Something listens at port ${port} of 127.0.0.1 already\n  hint: give another one with --port, or --port 0 for any that is free\n`,
  });
  server.close();
});

function row(index: number, status: number): string {
  return `{"index":${index},"result":"${status < 300 ? 'ok' : 'failed'}","status":${status},"attempts":1,"ms":12,"waitMs":0,"at":"2026-11-21T10:00:00.123Z","method":"GET","url":"http://h/"}`;
}

test('a report counts whole rows and says how many are not', async () => {
  const path = join(folder, 'results.jsonl');
  writeFileSync(path, `${row(0, 200)}\nnot a row\n${row(1, 500)}\n`);
  const { code, stdout, stderr } = await manyfetch(['report', path]);
  expect(code).toBe(0);
  expect(stderr).toBe('1 line could not be read and is not counted; manyfetch verify says which.\n');
  expect(stdout).toContain('2 records\n  ok       1    50%\n  failed   1    50%\n');
});

test('a reader that goes away ends nothing with an exception', async () => {
  const child = startManyfetch(['run', '--help']);
  child.stdout.destroy();
  child.stderr.setEncoding('utf8');
  let stderr = '';
  child.stderr.on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, stderr]).toEqual([0, '']);
});

test('the package that is asked for its version is this one', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect((await manyfetch(['--version'], { cwd: folder })).stdout).toBe(`${version}\n`);
});
