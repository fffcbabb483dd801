// The options of `manyfetch compare`: how they are written, and what they come to. What can be wrong with them is found here, before
// anything is sent.

import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { badOption } from '../batch/options/bad-option.ts';
import { parseDuration } from '../batch/options/duration.ts';
import { optionRules } from '../batch/options/option-rules.ts';
import type { ClientOptions } from '../client/client-options.ts';
import { type WayName, wayNames } from '../compare/compare-plan.ts';
import type { CompareSettings } from '../compare/compare-ways.ts';
import { ManyfetchError, UsageError } from '../errors.ts';
import { limitConcurrency, readMachineFacts } from '../govern/local-limits.ts';
import { headerNameTrouble, headerValueTrouble } from '../plan/header-rules.ts';
import { nearestName } from '../plan/nearest-name.ts';
import { parseUrl } from '../plan/parse-url.ts';
import { numberOrText } from './batch-options-from.ts';
import type { CliIo } from './cli-io.ts';
import type { CommandSpec } from './command.ts';
import { credentialFrom } from './credentials.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

const defaults = { requests: 100, delay: '100ms', threads: 10, timeout: '30s' };
/** As many as can compute at the same time; on one core two, to show what they do; each takes its memory. */
const defaultProcesses = Math.min(16, Math.max(2, availableParallelism()));

export const compareSpec: CommandSpec = {
  name: 'compare',
  summary:
    'Sends the same requests one after another, from a pool of threads, from a pool of processes, as tasks on one event loop, and as tasks in several processes, and shows what each way took: time, CPU, memory. Without --url they go to a stand-in service on this machine.',
  usage: 'compare [options]',
  argument: null,
  options: [
    {
      name: 'requests',
      short: 'n',
      value: 'N',
      group: 'What is sent',
      help: 'in each way',
      default: `${defaults.requests}`,
    },
    {
      name: 'delay',
      value: 'D',
      group: 'What is sent',
      help: 'how long the stand-in service takes to answer',
      default: defaults.delay,
    },
    { name: 'url', value: 'URL', group: 'What is sent', help: 'GET this instead; it really gets all the requests' },
    {
      name: 'header',
      short: 'H',
      value: "'Name: V'",
      repeat: true,
      group: 'What is sent',
      help: 'a header; a credential better as {{$env.NAME}}',
    },
    {
      name: 'work',
      value: 'D',
      group: 'What is sent',
      help: 'CPU time spent on each answer, as parsing would',
      default: 'none',
    },
    { name: 'timeout', value: 'D', group: 'What is sent', help: 'for one request', default: defaults.timeout },
    { name: 'insecure', short: 'k', group: 'What is sent', help: "do not verify the server's certificate" },
    {
      name: 'only',
      value: 'NAMES',
      group: 'Ways',
      help: `some of them: ${wayNames.join(',')}`,
      default: 'all',
    },
    { name: 'threads', value: 'N', group: 'Ways', help: 'in the pool of threads', default: `${defaults.threads}` },
    {
      name: 'processes',
      value: 'N',
      group: 'Ways',
      help: 'in the pool of processes, and for tasks in processes',
      default: 'as many as cores, 2 to 16',
    },
    {
      name: 'concurrency',
      short: 'c',
      value: 'N',
      group: 'Ways',
      help: 'tasks at once, at most',
      default: 'all of them, as far as the machine allows',
    },
    { name: 'svg', value: 'FILE', group: 'Display', help: 'draw the chart into a file' },
    {
      name: 'json',
      value: '[=FILE]',
      group: 'Display',
      help: 'the figures as JSON, instead of the table; into a file, beside it',
    },
    {
      name: 'progress',
      value: 'none|lines|live',
      group: 'Display',
      help: 'how it shows how far it is',
      default: 'live on a terminal',
    },
    { name: 'quiet', short: 'q', group: 'Display', help: 'only what it found' },
  ],
  notes: [
    'Each way has a process of its own, and its workers make one request each before it is measured. What it takes to start workers is shown, and not part of the time. CPU and memory are those of all its threads and processes; the service is not counted.',
    'Exit codes: 0 all answers came, 1 some did not, 2 bad usage or no answer to a first request, 3 stopped, 4 a bug or an unusable disk.',
  ],
  examples: [
    'manyfetch compare',
    'manyfetch compare --work 20ms',
    'manyfetch compare --only tasks,tasks-in-processes -n 10000 --delay 1s',
    'manyfetch compare --url https://example.com/ -n 20 --svg ways.svg',
  ],
};

/** @throws UsageError */
export function compareSettingsFrom(parsed: ParsedArguments, env: CliIo['env']): CompareSettings {
  const requests = wholeFrom(parsed, 'requests', defaults.requests);
  const url = parsed.text('url') ?? null;
  if (url !== null && parsed.has('delay'))
    throw new UsageError('bad_option', '`--delay` is for the stand-in service, and `--url` takes its place', {
      hint: 'leave one of them out',
    });
  if (url !== null) shownUrl(url);
  for (const name of ['svg', 'json']) requireWritable(`--${name}`, parsed.text(name));
  return {
    names: namesFrom(parsed.text('only')),
    url,
    delayMs: durationFrom(parsed, 'delay', defaults.delay),
    requests,
    threads: wholeFrom(parsed, 'threads', defaults.threads),
    processes: wholeFrom(parsed, 'processes', defaultProcesses),
    concurrency: limitConcurrency(wholeFrom(parsed, 'concurrency', requests), readMachineFacts()).concurrency,
    workMs: durationFrom(parsed, 'work', '0ms'),
    client: clientOptionsFrom(parsed, env),
  };
}

/** Without its credentials. @throws UsageError if it cannot be requested */
export function shownUrl(url: string): string {
  try {
    return parseUrl(url, null).shown;
  } catch (cause) {
    if (!(cause instanceof ManyfetchError)) throw cause;
    throw new UsageError('bad_option', `\`--url\`: ${cause.message}`, {
      hint: 'give all of it: https://host/path',
      cause,
    });
  }
}

function clientOptionsFrom(parsed: ParsedArguments, env: CliIo['env']): ClientOptions {
  return {
    cookies: false,
    timeoutMs: timeoutFrom(parsed),
    insecure: parsed.has('insecure'),
    headers: parsed.list('header').map((line) => headerOf(credentialFrom(line, '--header', env))),
  };
}

function headerOf(line: string): readonly [string, string] {
  const [, name = '', value = ''] = /^([^:]*):\s*(.*?)\s*$/su.exec(line) ?? [];
  const trouble = line.includes(':') ? (headerNameTrouble(name) ?? headerValueTrouble(value)) : 'it has no colon';
  if (trouble === null) return [name, value];
  throw new UsageError('bad_option', `\`--header\`: ${trouble}`, { hint: "write --header 'Name: value'" });
}

function namesFrom(text: string | undefined): readonly WayName[] {
  if (text === undefined) return wayNames;
  const words = text.split(',').map((word) => word.trim());
  for (const word of words) {
    if (wayNames.some((name) => name === word)) continue;
    const near = nearestName(word, wayNames);
    throw badOption(
      '`--only`',
      `some of ${wayNames.join(', ')}`,
      word,
      near === null ? undefined : `did you mean ${near}?`,
    );
  }
  return wayNames.filter((name) => words.includes(name));
}

function timeoutFrom(parsed: ParsedArguments): number {
  const timeoutMs = durationFrom(parsed, 'timeout', defaults.timeout);
  optionRules.timeoutMs(timeoutMs, '`--timeout`');
  return timeoutMs;
}

function durationFrom(parsed: ParsedArguments, name: string, instead: string): number {
  return parseDuration(parsed.text(name) ?? instead, `\`--${name}\``);
}

function wholeFrom(parsed: ParsedArguments, name: string, instead: number): number {
  const value = parsed.has(name) ? numberOrText(parsed.text(name) ?? '') : instead;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw badOption(`\`--${name}\``, 'a whole number from 1 up', value);
}

/** To find out at the end would be late. */
function requireWritable(flag: string, path: string | undefined): void {
  if (path === undefined || path === '') return;
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new UsageError('unreadable', `${flag}: nothing can be written into ${dirname(path)}`, {
      hint: 'give a folder that exists and is yours',
      cause,
    });
  }
}
