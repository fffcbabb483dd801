// Who is compared over HTTP/2: POSTs over TLS 1.3, as many in flight as one session of the target carries, rows from
// memory, answers read and dropped. undici is there as people use it, and stripped to what its dispatcher does.

import { authorityFile } from '../fast-target.ts';
import { ordersFile } from '../inputs.ts';
import { libraryEnvironment } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { firstOrder, needs, type Peer } from './peer.ts';

/** Streams of one session; nginx allows 128. */
const streams = 100;

function loop(name: string, does: string, share: number, goal: number | null, command: Arguments): Peer {
  return {
    name,
    does,
    share,
    goal,
    missing: () => null,
    command: async ({ secureUrl }, rows) => {
      const [program = '', ...args] = command(await ordersFile(rows), secureUrl, rows);
      return {
        program: process.execPath,
        args: [programFile(program), ...args],
        env: { ...libraryEnvironment(), NODE_EXTRA_CA_CERTS: authorityFile },
      };
    },
    output: null,
  };
}

/** A program and what it is given. */
type Arguments = (input: string, url: string, rows: number) => readonly string[];

const transport =
  (kind: string): Arguments =>
  (input, url) => ['transport-loop.ts', input, url, String(streams), kind, '2'];

const client =
  (name: string): Arguments =>
  (input, url, rows) => ['node-loop.ts', name, url, String(rows), String(streams), input];

/** Ours is the first. */
export const http2Peers: readonly Peer[] = [
  loop('wire transport', 'drops the body', 1, null, transport('wire')),
  loop('undici request', 'allowH2, reads the body', 1, 1.6, client('undici-http2')),
  loop('undici dispatch', 'allowH2, drops the body', 1, null, transport('undici')),
  loop('node:http2', 'bare, drops the body', 1, null, (input, url) => ['http2-loop.ts', input, url, String(streams)]),
  {
    name: 'h2load -m100',
    does: 'sends one POST again and again',
    share: 1,
    goal: null,
    missing: () => needs('h2load'),
    command: async ({ secureUrl }, rows) => {
      const body = ['-d', await firstOrder(rows), '-H', 'content-type: application/json'];
      return { program: 'h2load', args: ['-n', String(rows), '-c1', '-t1', `-m${streams}`, ...body, secureUrl] };
    },
    output: null,
  },
];
