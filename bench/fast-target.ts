// The fast target: nginx with one worker on loopback, started and ended by us. Where nginx is missing,
// a node server stands in, is named as such, and figures say more about it than about the peers.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './end-with-us.ts';
import { findProgram } from './find-program.ts';
import { runFolder } from './work-folder.ts';

/** What every request is answered with: 201 bytes. */
export const answerBody = JSON.stringify({
  id: 'a1b2c3d4-0000-4000-8000-123456789abc',
  status: 'accepted',
  received: true,
  score: 0.987654321,
  tags: ['alpha', 'beta', 'gamma'],
  links: { self: '/v1/items/42', next: null },
  note: 'ok'.padEnd(14, '.'),
});

const certificates = join(import.meta.dirname, '../src/testing/certificates');

/** The authority behind the certificate of `secureUrl`. */
export const authorityFile = join(certificates, 'ca.pem');

/** A target that runs. */
export interface FastTarget {
  readonly name: string;
  readonly url: string;
  /** The same over TLS 1.3, and over HTTP/2 if that is offered. Only nginx has it: with a node server in its place nothing answers there. */
  readonly secureUrl: string;
  readonly port: number;
  /** Requests received since the start, this question included. */
  requests(): Promise<number>;
  stop(): Promise<void>;
}

/** A port of loopback that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts nginx, or a node server where it is missing. */
export async function startFastTarget(): Promise<FastTarget> {
  if (Buffer.byteLength(answerBody) !== 201) throw new Error(`the answer has ${answerBody.length} bytes, not 201`);
  const port = await freePort();
  const securePort = await freePort();
  const nginx = findProgram('nginx');
  const child = nginx === null ? spawnNode(port) : spawnNginx(nginx, port, securePort);
  const url = `http://127.0.0.1:${port}`;
  endWithUs(child);
  await untilItAnswers(child, `${url}/status`);
  return {
    name: nginx === null ? 'a node server (nginx is missing)' : 'nginx, one worker',
    url: `${url}/`,
    secureUrl: `https://127.0.0.1:${securePort}/`,
    port,
    requests: () => countRequests(`${url}/status`),
    stop: () => stop(child),
  };
}

function spawnNginx(program: string, port: number, securePort: number): ChildProcess {
  const prefix = join(runFolder, 'nginx');
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const filled = readFileSync(join(import.meta.dirname, 'nginx.conf'), 'utf8')
    .replace('\n${USER_LINE}\n', process.getuid?.() === 0 ? '\nuser root;\n' : '\n')
    .replace('listen 127.0.0.1:${PORT}', `listen 127.0.0.1:${port}`)
    .replace('listen 127.0.0.1:${SECURE_PORT}', `listen 127.0.0.1:${securePort}`)
    .replaceAll('${CERTIFICATES}', certificates)
    .replace('${BODY}', answerBody);
  writeFileSync(join(prefix, 'nginx.conf'), filled);
  return spawn(program, ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function spawnNode(port: number): ChildProcess {
  const script = join(import.meta.dirname, 'node-target.ts');
  return spawn(process.execPath, [script, String(port), answerBody], { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function untilItAnswers(child: ChildProcess, statusUrl: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`the target ended with exit code ${child.exitCode}`);
    try {
      await countRequests(statusUrl);
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error('the target does not answer');
}

/** The third figure of nginx's status page ("accepts handled requests"). */
async function countRequests(statusUrl: string): Promise<number> {
  const text = await (await fetch(statusUrl, { headers: { connection: 'close' } })).text();
  const requests = /^\s*\d+ \d+ (\d+)/m.exec(text)?.[1];
  if (requests === undefined) throw new Error(`not a status page: ${text}`);
  return Number(requests);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
