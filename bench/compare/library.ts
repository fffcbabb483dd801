// Who is compared with `fetchMany`: GETs of one URL, 64 in flight, each body read as text, nothing recorded.

import { libraryEnvironment } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { inFlight, needs, packageNeeds, type Peer, wrk } from './peer.ts';

function loop(name: string, client: string, share: number, goal: number | null, ...packages: string[]): Peer {
  return {
    name,
    does: 'GET, reads the body',
    share,
    goal,
    missing: () => packages.map(packageNeeds).find((reason) => reason !== null) ?? null,
    command: ({ url }, rows) =>
      Promise.resolve({
        program: process.execPath,
        args: [programFile('node-loop.ts'), client, url, String(rows), String(inFlight)],
        env: libraryEnvironment(),
      }),
    output: null,
  };
}

/** Ours is the first. */
export const libraryPeers: readonly Peer[] = [
  loop('fetchMany', 'fetchMany', 1, null),
  loop('undici request', 'undici', 1, 1.3),
  loop('p-limit + undici', 'p-limit', 0.5, null, 'p-limit'),
  loop('fetch', 'fetch', 0.2, null),
  loop('ky', 'ky', 0.1, 5, 'ky'),
  loop('got', 'got', 0.1, 10, 'got'),
  {
    name: 'wrk -t1',
    does: 'GET, drops the body',
    share: 1,
    goal: null,
    missing: () => needs('wrk'),
    command: ({ url }, rows) => wrk(url, rows, 'wrk-get.lua'),
    output: null,
    byDuration: true,
  },
];
