// Who is compared, what each of them is told to do, and how much of the rows (a slow peer gets a tenth
// of them: rates are compared, and start-up stays a small part of every run).

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { curlConfig, ordersFile } from './inputs.ts';
import type { Command } from './measure.ts';
import { ourJob, removeRun } from './our-command.ts';
import { workFolder } from './work-folder.ts';

/** Requests in flight, the same for everyone. */
export const inFlight = 64;

/** One competitor, ourselves among them. */
export interface Peer {
  readonly name: string;
  readonly does: string;
  /** The share of the rows that it is given. */
  readonly share: number;
  /** What ours is to be against it, as a ratio of rates: at least. */
  readonly goal: number | null;
  /** Why it cannot take part; null if it can. */
  missing(): string | null;
  /** What to run for so many rows; called anew for each round. */
  command(url: string, rows: number): Promise<Command>;
  /** The results that it writes, one line a row; null if it writes none. */
  readonly output: string | null;
}

const systemPython = '/usr/bin/python3';
const outputs = { ours: join(workFolder, 'ours.jsonl'), aiohttp: join(workFolder, 'aiohttp.jsonl') };
const peerFile = (name: string): string => join(import.meta.dirname, 'peers', name);

function needs(program: string): string | null {
  return findProgram(program) === null ? `${program} is not installed` : null;
}

function pythonNeeds(...modules: string[]): string | null {
  const found = spawnSync(systemPython, ['-c', `import ${modules.join(', ')}`]);
  return found.status === 0 ? null : `${systemPython} has no ${modules.join(' or ')}`;
}

function aiohttp(loop: 'asyncio' | 'uvloop', goal: number | null): Peer {
  return {
    name: loop === 'asyncio' ? 'aiohttp' : 'aiohttp + uvloop',
    does: 'the whole job, not resumable',
    share: 0.1,
    goal,
    missing: () => pythonNeeds('aiohttp', ...(loop === 'uvloop' ? ['uvloop'] : [])),
    command: async (url, rows) => ({
      program: systemPython,
      args: [peerFile('aiohttp_job.py'), await ordersFile(rows), outputs.aiohttp, url, String(inFlight), loop],
    }),
    output: outputs.aiohttp,
  };
}

async function firstOrder(rows: number): Promise<string> {
  const path = join(workFolder, 'first-order.json');
  const text = readFileSync(await ordersFile(rows), 'utf8');
  writeFileSync(path, text.slice(0, text.indexOf('\n')));
  return path;
}

const sendersOnly: readonly Peer[] = [
  {
    name: 'curl --parallel',
    does: 'sends the rows, from a config',
    share: 0.2,
    goal: 2,
    missing: () => needs('curl'),
    command: async (url, rows) => ({
      program: 'curl',
      args: ['--silent', '--parallel', '--parallel-max', String(inFlight), '-K', await curlConfig(url, rows)],
    }),
    output: null,
  },
  {
    name: 'hey',
    does: 'sends one POST again and again',
    share: 1,
    goal: 1.5,
    missing: () => needs('hey'),
    command: async (url, rows) => ({
      program: 'hey',
      args: ['-n', String(rows), '-c', String(inFlight), '-m', 'POST', '-T', 'application/json'].concat([
        '-D',
        await firstOrder(rows),
        url,
      ]),
    }),
    output: null,
  },
  {
    name: 'wrk -t1',
    does: 'sends one POST again and again',
    share: 1,
    goal: 1,
    missing: () => needs('wrk'),
    // wrk knows a duration, not a count: about as long as a hundred thousand a second would take.
    command: async (url, rows) => ({
      program: 'env',
      args: [`BODY_FILE=${await firstOrder(rows)}`, 'wrk', '-t1', `-c${inFlight}`].concat([
        `-d${Math.max(1, Math.round(rows / 100_000))}s`,
        '-s',
        peerFile('wrk-post.lua'),
        url,
      ]),
    }),
    output: null,
  },
  {
    name: 'undici request',
    does: 'reads and sends the rows',
    share: 0.5,
    goal: null,
    missing: () => null,
    command: async (url, rows) => ({
      program: process.execPath,
      args: [peerFile('undici-loop.ts'), await ordersFile(rows), url, String(inFlight)],
    }),
    output: null,
  },
];

/** All of them; ours is the first, and the second is ours too. */
export const allPeers: readonly Peer[] = [
  {
    name: 'manyfetch',
    does: 'the whole job, resumable',
    share: 1,
    goal: null,
    missing: () => null,
    command: async (url, rows) => {
      removeRun(outputs.ours);
      return ourJob(await ordersFile(rows), outputs.ours, url, inFlight);
    },
    output: outputs.ours,
  },
  {
    name: 'manyfetch -o -',
    does: 'the whole job to /dev/null',
    share: 1,
    goal: 0.9,
    missing: () => null,
    command: async (url, rows) => ourJob(await ordersFile(rows), '-', url, inFlight),
    output: null,
  },
  aiohttp('asyncio', 15),
  aiohttp('uvloop', null),
  ...sendersOnly,
];
