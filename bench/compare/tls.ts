// The main table's job over TLS 1.3, connections kept alive: POSTs.

import { join } from 'node:path';
import { authorityFile } from '../fast-target.ts';
import { curlConfig, ordersFile } from '../inputs.ts';
import { libraryEnvironment, ourJob, removeRun } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { runFolder } from '../work-folder.ts';
import { inFlight, needs, type Peer, wrk } from './peer.ts';

const output = join(runFolder, 'ours-tls.jsonl');

function loop(name: string, client: string, share: number): Peer {
  return {
    name,
    does: 'sends the rows from memory',
    share,
    goal: null,
    missing: () => null,
    command: async ({ secureUrl }, rows) => ({
      program: process.execPath,
      args: [programFile('node-loop.ts'), client, secureUrl, String(rows), String(inFlight), await ordersFile(rows)],
      env: { ...libraryEnvironment(), NODE_EXTRA_CA_CERTS: authorityFile },
    }),
    output: null,
  };
}

/** Ours is the first. */
export const tlsPeers: readonly Peer[] = [
  {
    name: 'manyfetch',
    does: 'the whole job, resumable',
    share: 1,
    goal: null,
    missing: () => null,
    command: async ({ secureUrl }, rows) => {
      removeRun(output);
      const { program, args } = ourJob(await ordersFile(rows), output, secureUrl, inFlight);
      return { program, args: [...args, '--cacert', authorityFile, '--http', '1.1'] };
    },
    output,
  },
  loop('fetchMany', 'fetchMany', 1),
  loop('undici request', 'undici', 0.5),
  {
    name: 'curl --parallel',
    does: 'sends the rows, from a config',
    share: 0.1,
    goal: null,
    missing: () => needs('curl'),
    command: async ({ secureUrl }, rows) => {
      const parallel = ['--silent', '--http1.1', '--parallel', '--parallel-max', String(inFlight)];
      const config = await curlConfig(secureUrl, rows, authorityFile);
      return { program: 'curl', args: [...parallel, '-K', config] };
    },
    output: null,
  },
  {
    name: 'wrk -t1',
    does: 'sends one POST again and again',
    share: 1,
    goal: 0.5,
    missing: () => needs('wrk'),
    command: ({ secureUrl }, rows) => wrk(secureUrl, rows, 'wrk-post.lua'),
    output: null,
    byDuration: true,
  },
];
