// `npx node scripts/in-flight.ts --requests 200000 --delay 30s`: sends that many requests at once, over our own
// transport, to the stand-in service, which answers each after the delay. Says how many it had at once, what
// that took, and what held it back. Two processes besides this one; it ends by itself.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDuration } from '../src/batch/options/duration.ts';
import { systemClock } from '../src/concurrency/clock.ts';
import type { TransportError } from '../src/errors.ts';
import { createWireTransport } from '../src/http/pool/wire-transport.ts';
import type { ResponseHandler } from '../src/http/transport.ts';
import { startTarget } from '../src/target/start-target.ts';

const usage = `npx node scripts/in-flight.ts [--requests N] [--delay 30s] [--http 2|1.1]

  --requests N  so many, all at once (default 200000)
  --delay D     the service answers after so long: longer than it takes to send them all (default 60s)
  --http V      2 over TLS, or 1.1, with a socket each (default 2)
`;

/** What the sender tells. */
interface Sent {
  readonly answered: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly sendingMs: number;
  readonly firstAnswerMs: number;
  readonly wholeMs: number;
  readonly connections: number;
  readonly rssBefore: number;
  readonly rssPeak: number;
}

/** What the target tells. */
interface Received {
  readonly most: number;
  readonly total: number;
  readonly rss: number;
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200000' },
    delay: { type: 'string', default: '60s' },
    http: { type: 'string', default: '2' },
    role: { type: 'string', default: 'both' },
    url: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const requests = Number(values.requests.replaceAll(/[,_]/g, ''));
const delayMs = parseDuration(values.delay, '--delay');
const http = values.http === '1.1' ? '1.1' : '2';

if (values.help || !Number.isSafeInteger(requests) || requests < 1) process.stdout.write(usage);
else if (values.role === 'target') await beTarget();
else if (values.role === 'sender') await beSender(values.url);
else await main();

async function main(): Promise<void> {
  const target = child('target', '');
  const url = (await message(target, 30_000)) as string;
  process.stdout.write(
    `${requests.toLocaleString('en-US')} requests over HTTP/${http}, each answered after ${values.delay}\n`,
  );
  const sender = child('sender', url);
  // Generous: the sending, the delay, the answers.
  const limitMs = delayMs + 60_000 + requests;
  const sent = (await message(sender, limitMs)) as Sent | string;
  target.send('stats');
  const received = (await message(target, 60_000)) as Received | string;
  sender.kill('SIGKILL');
  target.kill('SIGKILL');
  if (typeof sent === 'string' || typeof received === 'string') {
    process.exitCode = 1;
    process.stdout.write(`The sender: ${JSON.stringify(sent)}. The target: ${JSON.stringify(received)}.\n`);
  } else {
    report(sent, received);
  }
}

function report(sent: Sent, received: Received): void {
  const reached = received.most >= requests;
  const each = (sent.rssPeak - sent.rssBefore) / received.most / 1024;
  const lines = [
    ['most in flight', `${received.most.toLocaleString('en-US')} (as the service counted)`],
    [
      'our peak memory',
      `${megabytes(sent.rssPeak)}, ${each.toFixed(1)} KB a request; the service's ${megabytes(received.rss)}`,
    ],
    ['connections', String(sent.connections)],
    ['sent within', seconds(sent.sendingMs)],
    ['all over within', seconds(sent.wholeMs)],
    ['answered', sent.answered.toLocaleString('en-US')],
    ['held back by', reached ? 'nothing' : heldBackBy(sent, received)],
  ];
  for (const [name = '', value = ''] of lines) process.stdout.write(`  ${name.padEnd(16)} ${value}\n`);
  if (!reached || sent.answered < requests) process.exitCode = 1;
}

function heldBackBy(sent: Sent, received: Received): string {
  const failures = Object.entries(sent.failed).map(([what, count]) => `${count} x ${what}`);
  if (failures.length > 0) return failures.join('; ');
  if (sent.firstAnswerMs < sent.sendingMs)
    return `time: the first answers came after ${seconds(sent.firstAnswerMs)}, before all were sent: a longer --delay`;
  const late = `the last of ${received.total} reached the service when the first had been answered: a longer --delay`;
  return received.total < requests ? `${requests - received.total} that never reached the service` : late;
}

function certificate(name: string): string {
  return readFileSync(join(import.meta.dirname, '../src/testing/certificates', `${name}.pem`), 'utf8');
}

async function beTarget(): Promise<void> {
  const target = await startTarget(
    http === '2' ? { tls: { cert: certificate('server'), key: certificate('server-key') } } : {},
  );
  tell(target.url);
  process.on('message', () => {
    const { inFlight, total } = target.stats();
    tell({ most: inFlight.maximum, total, rss: process.resourceUsage().maxRSS * 1024 } satisfies Received);
  });
}

async function beSender(url: string): Promise<void> {
  const transport = createWireTransport({ http, verifyTls: false, connectTimeoutMs: delayMs + requests });
  const rssBefore = process.memoryUsage.rss();
  const beganMs = systemClock.now();
  const failed: Record<string, number> = {};
  const state = { answered: 0, over: 0, firstAnswerMs: 0, sendingMs: 0 };
  const handler: ResponseHandler = {
    onHead: () => {
      if (state.firstAnswerMs === 0) state.firstAnswerMs = systemClock.now() - beganMs;
    },
    onData: () => undefined,
    onEnd: () => {
      state.answered++;
      state.over++;
    },
    onError: ({ code, message: text }: TransportError) => {
      const what = `${code} (${text})`;
      failed[what] = (failed[what] ?? 0) + 1;
      state.over++;
    },
  };
  const headers = ['accept', '*/*'];
  for (let nth = 0; nth < requests; nth++) {
    const path = `/delay/${delayMs / 1000}?record=${nth}`;
    transport.send({ method: 'GET', origin: url, path, headers, body: null, shownUrl: url }, handler);
    // What has come is read in between.
    if (nth % 250 === 249) await new Promise((resolve) => void setImmediate(resolve));
  }
  state.sendingMs = systemClock.now() - beganMs;
  while (state.over < requests) await sleep(20);
  const wholeMs = systemClock.now() - beganMs;
  const { connected: connections } = transport.statistics();
  await transport.close();
  const rssPeak = process.resourceUsage().maxRSS * 1024;
  tell({ ...state, failed, wholeMs, connections, rssBefore, rssPeak } satisfies Sent);
}

function child(role: string, url: string): ChildProcess {
  const args = ['--role', role, '--requests', String(requests), '--delay', values.delay, '--http', http, '--url', url];
  // V8 gives up at some 4 GB unless it is told otherwise.
  const started = fork(import.meta.filename, args, { execArgv: ['--max-old-space-size=32000'], stdio: 'inherit' });
  process.on('exit', () => started.kill('SIGKILL'));
  return started;
}

/** What it says next, or why it does not. */
function message(from: ChildProcess, limitMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = systemClock.setTimer(limitMs, () => resolve(`nothing came of it within ${seconds(limitMs)}`));
    const settle = (said: unknown): void => {
      systemClock.clearTimer(timer);
      resolve(said);
    };
    from.once('message', settle);
    from.once('exit', (code, signal) => settle(`it ended with ${signal ?? `exit code ${code}`}`));
  });
}

function tell(what: unknown): void {
  process.send?.(what);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
