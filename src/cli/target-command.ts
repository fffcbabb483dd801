// `manyfetch target`: serves the stand-in service until it is told to stop, then says what it received.

import { readFileSync } from 'node:fs';
import { badOption } from '../batch/options/bad-option.ts';
import { parseDuration } from '../batch/options/duration.ts';
import { systemClock } from '../concurrency/clock.ts';
import { UsageError } from '../errors.ts';
import { formatAmount, formatCount } from '../report/format-numbers.ts';
import type { Target, TargetOptions } from '../target/start-target.ts';
import { numberOrText } from './batch-options-from.ts';
import type { CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { keepHeapSmall } from './small-heap.ts';

export const targetCommand: Command = {
  spec: {
    name: 'target',
    summary:
      'Serves a stand-in service to send to: delays, statuses, flakiness, rates, limits, outages, resets, cut bodies, echo, redirects, cookies. GET / lists the paths, /stats counts what was received.',
    usage: 'target [--port N] [options]',
    argument: null,
    options: [
      { name: 'port', value: 'N', group: 'Serving', help: '0 takes any that is free', default: '8080' },
      { name: 'host', value: 'NAME', group: 'Serving', help: 'address to listen at', default: '127.0.0.1' },
      { name: 'cert', value: 'FILE', group: 'Serving', help: 'PEM certificate: serve HTTPS, HTTP/2 and HTTP/1.1' },
      { name: 'key', value: 'FILE', group: 'Serving', help: 'its PEM key' },
      { name: 'rate', value: 'N', group: 'Behaviour', help: 'requests a second accepted in all; 429 beyond' },
      { name: 'seed', value: 'N', group: 'Behaviour', help: 'of everything random', default: '1' },
      { name: 'api', group: 'Behaviour', help: "answer every path as a partner's API would, with faults" },
      { name: 'latency', value: 'D', group: 'Behaviour', help: 'mean latency with --api', default: '40ms' },
      {
        name: 'faults',
        value: 'SHARE',
        group: 'Behaviour',
        help: 'share of passing faults with --api, 0 to 1',
        default: '0.05',
      },
    ],
    notes: [
      'A server that struggles: /limit/10?over=429&retry-after=2 turns away what is beyond 10 at once; /knee/10?ms=20 gets slower beyond; /rate/50?headers=draft tells of its quota; /tokens/90000 counts tokens as a language model does; /outage?after=10&for=30 is down for a while.',
      '/stats tells at how many requests a path was at once, the most that came in any second, what was refused, and what came earlier than it was asked to.',
    ],
    examples: ['manyfetch target --port 8080', 'manyfetch target --api --latency 200ms --faults 0.1'],
  },
  execute: serve,
};

async function serve(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const options = targetOptionsFrom(parsed);
  const target = await listen(options);
  // Without it a fourth of what a connection that waits takes is room for garbage.
  const letGrow = keepHeapSmall(systemClock);
  io.stdout.write(`Serving at ${target.url} (GET / lists the paths); Ctrl-C ends it.\n`);
  await toldToStop();
  letGrow();
  const { total, connections, inFlight } = target.stats();
  await target.close();
  io.stdout.write(
    `Received ${formatAmount(total, 'request')} on ${formatAmount(connections.opened, 'connection')}, at most ${formatCount(inFlight.maximum)} at once.\n`,
  );
  return exitCode.ok;
}

async function listen(options: TargetOptions): Promise<Target> {
  const { startTarget } = await import('../target/start-target.ts');
  try {
    return await startTarget(options);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const place = `port ${String(options.port)} of ${options.host ?? ''}`;
    const hint = { hint: 'give another one with --port, or --port 0 for any that is free', cause };
    if (code === 'EADDRINUSE') throw new UsageError('bad_option', `Something listens at ${place} already`, hint);
    if (code === 'EACCES') throw new UsageError('bad_option', `You may not listen at ${place}`, hint);
    throw new UsageError('bad_option', `Cannot listen at ${place}: ${message}`, { cause });
  }
}

function targetOptionsFrom(parsed: ParsedArguments): TargetOptions {
  if (parsed.has('cert') !== parsed.has('key'))
    throw new UsageError('bad_option', '`--cert` and `--key` go together', { hint: 'give both, or neither' });
  for (const name of ['latency', 'faults'])
    if (parsed.has(name) && !parsed.has('api'))
      throw new UsageError('bad_option', `\`--${name}\` has no effect without \`--api\``, { hint: 'add --api' });
  const rate = parsed.has('rate') ? { rate: numberFrom(parsed, 'rate', 1, Infinity) } : {};
  const tls = parsed.has('cert') ? { tls: { cert: textOf(parsed, 'cert'), key: textOf(parsed, 'key') } } : {};
  return {
    port: parsed.has('port') ? wholeFrom(parsed, 'port', 65_535) : 8080,
    host: parsed.text('host') ?? '127.0.0.1',
    seed: parsed.has('seed') ? wholeFrom(parsed, 'seed', Number.MAX_SAFE_INTEGER) : 1,
    ...rate,
    ...tls,
    ...(parsed.has('api') ? { api: apiFrom(parsed) } : {}),
  };
}

function apiFrom(parsed: ParsedArguments): { latencyMs?: number; faults?: number } {
  const latency = parsed.text('latency');
  return {
    ...(latency === undefined ? {} : { latencyMs: parseDuration(latency, '`--latency`') }),
    ...(parsed.has('faults') ? { faults: numberFrom(parsed, 'faults', 0, 1) } : {}),
  };
}

function wholeFrom(parsed: ParsedArguments, name: string, to: number): number {
  const value = numberOrText(parsed.text(name) ?? '');
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= to) return value;
  throw badOption(`\`--${name}\``, `a whole number from 0 to ${to}`, value);
}

function numberFrom(parsed: ParsedArguments, name: string, from: number, to: number): number {
  const value = numberOrText(parsed.text(name) ?? '');
  if (typeof value === 'number' && value >= from && value <= to) return value;
  throw badOption(
    `\`--${name}\``,
    to === Infinity ? `a number from ${from} up` : `a number from ${from} to ${to}`,
    value,
  );
}

function textOf(parsed: ParsedArguments, name: string): string {
  const path = parsed.text(name) ?? '';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT' ? 'no_such_file' : 'unreadable',
      `The file ${path}, which \`--${name}\` names, cannot be read: ${code ?? 'unknown'}`,
      { hint: 'check the path', cause },
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new UsageError(
    'bad_option',
    `The file ${path}, which \`--${name}\` names, is not PEM: it has no line -----BEGIN …-----`,
    { hint: 'give PEM files' },
  );
}

/** Resolves on the first SIGINT or SIGTERM. */
function toldToStop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    resolve();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return promise;
}
