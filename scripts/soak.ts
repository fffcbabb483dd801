// `npx node scripts/soak.ts --minutes 10`: random requests for a while, over servers that misbehave at random in
// a process of their own. Fails if a request is not settled exactly once, gets bytes of another, or hangs; if a
// socket or timer is left; if memory grows. Two processes besides this one; it ends by itself.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/concurrency/clock.ts';
import { createWireTransport } from '../src/http/pool/wire-transport.ts';
import { createUndiciTransport } from '../src/http/undici/undici-transport.ts';
import { UnrulyLedger } from '../src/testing/unruly-ledger.ts';
import { SoakLoad } from '../test/soak/soak-load.ts';
import { grownMemory } from '../test/soak/soak-memory.ts';
import type { MemorySample } from '../test/soak/soak-memory.ts';
import { soakLanes, startSoakServers, stuckMsOf } from '../test/soak/soak-servers.ts';
import { SoakTally } from '../test/soak/soak-tally.ts';

const usage = `npx node scripts/soak.ts [--minutes 10] [--seed N] [--transport wire|undici] [--http 1.1|2] [--in-flight 200]

  --minutes N    how long (default 10)
  --seed N       of all that is random (default: drawn)
  --transport T  wire (default) or undici
  --http V       1.1: cleartext and TLS, with and without pipelining (default); 2: by ALPN and by prior knowledge
  --in-flight N  so many requests at once at most (default 200)
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(0x4000_0000)) },
    transport: { type: 'string', default: 'wire' },
    http: { type: 'string', default: '1.1' },
    'in-flight': { type: 'string', default: '200' },
    role: { type: 'string', default: 'both' },
    origins: { type: 'string', default: '[]' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const minutes = Number(values.minutes);
const inFlight = Number(values['in-flight']);
const setting = {
  http: values.http === '2' ? '2' : '1.1',
  seed: Number(values.seed),
  maxDelayMs: 2_000,
  maxBodyBytes: 5_000_000,
} as const;
/** glibc keeps what was freed, in an arena a thread, up to the most that was ever in use: bare sockets of Node show it too. */
const frugalMalloc = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '65536' };
const sampleMs = Math.min(10_000, (minutes * 60_000) / 12);

if (values.help || !(minutes > 0) || !(inFlight > 0) || !Number.isSafeInteger(setting.seed))
  process.stdout.write(usage);
else if (values.role === 'servers') await beServers();
else if (values.role === 'client') await beClient(JSON.parse(values.origins) as string[][]);
else await main();

async function main(): Promise<void> {
  const own = process.argv.slice(2);
  const servers = fork(import.meta.filename, [...own, '--seed', values.seed, '--role', 'servers']);
  const origins = await new Promise((resolve) => servers.once('message', resolve));
  const args = [...own, '--seed', values.seed, '--role', 'client', '--origins', JSON.stringify(origins)];
  const env = { ...process.env, ...frugalMalloc };
  const client = fork(import.meta.filename, args, { env, execArgv: ['--expose-gc'] });
  const forward = (message: unknown): unknown => client.connected && client.send(String(message));
  servers.on('message', forward);
  servers.on('exit', () => forward('the servers have ended'));
  const limit = setTimeout(() => kill(client), minutes * 60_000 + 300_000);
  const code = await new Promise((resolve) => client.once('exit', resolve));
  clearTimeout(limit);
  kill(servers);
  process.exitCode = code === 0 ? 0 : 1;
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}

async function beServers(): Promise<void> {
  const servers = await startSoakServers(setting, new UnrulyLedger((what) => process.send?.(`a server saw: ${what}`)));
  process.send?.(servers.origins);
  process.on('disconnect', () => process.exit());
}

async function beClient(origins: readonly (readonly string[])[]): Promise<void> {
  const tally = new SoakTally((what) => console.error(`VIOLATION ${what}`));
  process.on('message', (what) => tally.violation(String(what)));
  process.on('disconnect', () => process.exit(1));
  // An exception behind a callback is a finding, not the end.
  process.on('uncaughtException', (error) => tally.violation(`uncaught: ${error.stack}`));
  process.on('unhandledRejection', (error) => tally.violation(`unhandled: ${String(error)}`));
  const create = values.transport === 'undici' ? createUndiciTransport : createWireTransport;
  const load = new SoakLoad({
    lanes: soakLanes(setting, origins, create),
    inFlight,
    requests: Infinity,
    forMs: minutes * 60_000,
    seed: setting.seed,
    maxDelayMs: setting.maxDelayMs,
    maxUpBytes: 1_500_000,
    stuckMs: stuckMsOf(setting),
    tally,
    isEnough: () => tally.violations.length > 0,
  });
  console.error(`seed ${setting.seed}, HTTP/${setting.http}, ${values.transport}, ${minutes} minutes`);
  const samples: MemorySample[] = [];
  const watch = watching(load, tally, samples);
  await load.run();
  watch.stop();
  // Timers of the transports' last words, and of sources of bodies that were given up.
  await sleep(2_500);
  const left = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq|Immediate/.test(name));
  if (left.some((name) => /Timeout|TCP|TLS|GetAddrInfo/.test(name))) tally.violation(`left: ${left.join(', ')}`);
  const grown = grownMemory(samples);
  for (const what of grown ?? []) tally.violation(what);
  report(tally, samples, grown);
  process.exit(tally.violations.length === 0 && tally.settled === tally.sent ? 0 : 1);
}

/** Looks every ten seconds, and says what it sees. */
function watching(load: SoakLoad, tally: SoakTally, samples: MemorySample[]): { stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const beganMs = systemClock.now();
  delay.enable();
  const timer = setInterval(() => {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ heapUsed, rss });
    const seconds = Math.round((systemClock.now() - beganMs) / 1_000);
    const sockets = `${load.connections} connections, ${load.sockets} sockets`;
    const memory = `heap ${megabytes(heapUsed)}, rss ${megabytes(rss)}`;
    const lag = `loop p99 ${Math.round(delay.percentile(99) / 1e6)} ms`;
    console.error(`${seconds} s: ${tally.sent} sent, ${load.inFlight} in flight, ${sockets}, ${memory}, ${lag}`);
    delay.reset();
  }, sampleMs);
  return {
    stop: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function report(tally: SoakTally, samples: readonly MemorySample[], grown: readonly string[] | null): void {
  const { bodyBytes, crossed, good, goodAnswered, sent, settled, violations } = tally;
  const last = samples.at(-1) ?? { heapUsed: 0, rss: 0 };
  const rows: [string, string | number][] = [
    ['sent', sent],
    ['settled', settled],
    ...[...tally.outcomes]
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]): [string, number] => [`  ${name}`, count]),
    ['nothing against them', good],
    ['  of those answered', goodAnswered],
    ['answers that crossed a request', crossed.size],
    ['bytes of bodies', bodyBytes],
    [
      'memory',
      grown === null
        ? 'too short to tell'
        : `${grown.length > 0 ? 'grown' : 'flat'}: heap ${megabytes(last.heapUsed)}, rss ${megabytes(last.rss)}`,
    ],
    ['violations', violations.length],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(32)}${String(value).padStart(14)}`);
  for (const what of violations) console.log(`\nVIOLATION ${what}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
