// Who is compared in the main table, and what each of them is told to do. Those who do the whole job read
// the rows from JSONL, send each as a POST and write each answer as JSONL; the others only send.

import { join } from 'node:path';
import { curlConfig, ordersFile } from '../inputs.ts';
import { ourJob, removeRun } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { runFolder } from '../work-folder.ts';
import { firstOrder, inFlight, needs, packageNeeds, type Peer, pythonNeeds, systemPython, wrk } from './peer.ts';

const ourOutput = join(runFolder, 'ours.jsonl');
const theirOutput = join(runFolder, 'theirs.jsonl');

/** The whole job by a program of ours that uses what others use. */
function job(
  name: string,
  share: number,
  goal: number | null,
  missing: () => string | null,
  interpreter: readonly string[],
  ...further: string[]
): Peer {
  return {
    name,
    does: 'the whole job, not resumable',
    share,
    goal,
    missing,
    command: async ({ url }, rows) => {
      removeRun(theirOutput);
      const [program = '', ...args] = interpreter;
      return { program, args: [...args, await ordersFile(rows), theirOutput, url, String(inFlight), ...further] };
    },
    output: theirOutput,
  };
}

/** Without the files of compiled code that Python leaves beside its modules. */
const python = (name: string): readonly string[] => [systemPython, '-B', programFile(name)];
const node = (name: string): readonly string[] => [process.execPath, programFile(name)];

/** Ours is the first, and the second is ours too. */
export const wholeJobPeers: readonly Peer[] = [
  {
    name: 'manyfetch',
    does: 'the whole job, resumable',
    share: 1,
    goal: null,
    missing: () => null,
    command: async ({ url }, rows) => {
      removeRun(ourOutput);
      return ourJob(await ordersFile(rows), ourOutput, url, inFlight);
    },
    output: ourOutput,
  },
  {
    name: 'manyfetch -o -',
    does: 'the whole job to /dev/null',
    share: 1,
    goal: 0.9,
    missing: () => null,
    command: async ({ url }, rows) => ourJob(await ordersFile(rows), '-', url, inFlight),
    output: null,
  },
  job('aiohttp', 0.05, 15, () => pythonNeeds('aiohttp'), python('aiohttp_job.py'), 'asyncio'),
  job('aiohttp + uvloop', 0.05, 10, () => pythonNeeds('aiohttp', 'uvloop'), python('aiohttp_job.py'), 'uvloop'),
  job('gevent + requests', 0.015, null, () => pythonNeeds('gevent', 'requests'), python('gevent_job.py')),
  job('threads + requests', 0.015, null, () => pythonNeeds('requests'), python('threads_job.py')),
  job('httpx', 0.01, null, () => pythonNeeds('httpx'), python('httpx_job.py')),
  job('p-limit + undici', 0.2, null, () => packageNeeds('p-limit'), node('p-limit-job.ts')),
  {
    name: 'undici request',
    does: 'sends the rows from memory',
    share: 0.3,
    goal: null,
    missing: () => null,
    command: async ({ url }, rows) => ({
      program: process.execPath,
      args: [programFile('node-loop.ts'), 'undici', url, String(rows), String(inFlight), await ordersFile(rows)],
    }),
    output: null,
  },
  {
    name: 'curl --parallel',
    does: 'sends the rows, from a config',
    share: 0.1,
    goal: 2,
    missing: () => needs('curl'),
    command: async ({ url }, rows) => ({
      program: 'curl',
      args: ['--silent', '--parallel', '--parallel-max', String(inFlight), '-K', await curlConfig(url, rows)],
    }),
    output: null,
  },
  {
    name: 'hey',
    does: 'sends one POST again and again',
    share: 0.5,
    goal: 1.5,
    missing: () => needs('hey'),
    command: async ({ url }, rows) => {
      const post = ['-m', 'POST', '-T', 'application/json', '-D', await firstOrder(rows)];
      return { program: 'hey', args: ['-n', String(rows), '-c', String(inFlight), ...post, url] };
    },
    output: null,
  },
  {
    name: 'wrk -t1',
    does: 'sends one POST again and again',
    share: 1,
    goal: 0.6,
    missing: () => needs('wrk'),
    command: ({ url }, rows) => wrk(url, rows, 'wrk-post.lua'),
    output: null,
    byDuration: true,
  },
];
