// The sections of the bench, in the order in which they run.

import { compareBuilds, drawAb } from './ab.ts';
import { comparePeers } from './compare/compare.ts';
import { http2Peers } from './compare/http2.ts';
import { libraryPeers } from './compare/library.ts';
import type { Peer } from './compare/peer.ts';
import { tlsPeers } from './compare/tls.ts';
import { wholeJobPeers } from './compare/whole-job.ts';
import type { Figure } from './figure.ts';
import { benchGovernor } from './governor.ts';
import { benchHeld } from './in-flight/held.ts';
import { benchHooks } from './hooks.ts';
import { benchInFlight } from './in-flight/in-flight.ts';
import { benchLatency } from './latency.ts';
import { benchMap } from './map.ts';
import { benchMemory } from './memory.ts';
import { drawProfile, profileOurs } from './profile/profile.ts';
import { benchResume } from './resume.ts';
import type { Report, Section, Settings } from './section.ts';
import { benchStart } from './start.ts';
import { drawFigures, drawComparison } from './table.ts';
import { benchTasks } from './tasks.ts';

/** All of them. */
export const sections: readonly Section[] = [
  comparison('throughput', 'the whole job: rows a second, side by side with others', 500_000, wholeJobPeers),
  comparison('library', 'fetchMany: requests a second, side by side with other clients', 300_000, libraryPeers),
  comparison('tls', 'the same over TLS 1.3', 200_000, tlsPeers),
  comparison('http2', 'transports alone over HTTP/2, 100 streams at once', 200_000, http2Peers),
  figures('start', '--version, and one row all in', ({ rounds }) => benchStart(rounds * 3)),
  figures('latency', '1,000 rows, 50 ms each, 40 at a time: against the ideal', ({ rounds }) => benchLatency(rounds)),
  figures('memory', 'peak memory of 200,000 and of 2,000,000 rows', ({ scale }) =>
    benchMemory(200_000 * scale, 2_000_000 * scale),
  ),
  figures('resume', '2,000,000 settled rows: time to the first new request', ({ scale }) =>
    benchResume(2_000_000 * scale),
  ),
  figures('governor', 'what limits, rates and breakers cost an attempt', ({ rounds }) =>
    Promise.resolve(benchGovernor(rounds)),
  ),
  figures('tasks', '1,000,000 tasks: bytes and time of each above a bare promise', ({ scale, rounds }) =>
    benchTasks(1_000_000 * scale, rounds),
  ),
  figures('map', '1,000,000 items through mapUnordered: time and memory', ({ scale }) => benchMap(1_000_000 * scale)),
  figures(
    'hooks',
    'what hooks cost a row, and the event loop: in the process and over two threads',
    ({ scale, rounds }) => benchHooks(40_000 * scale, rounds),
  ),
  figures('in-flight', '15,000 requests in flight at once over HTTP/1.1: memory of each', ({ scale, rounds }) =>
    benchInFlight(15_000 * scale, rounds),
  ),
  // Fewer would tell what the service itself takes.
  figures('held', 'the stand-in service with 10,000 connections in /delay/5: memory of each', ({ rounds }) =>
    benchHeld(10_000, rounds),
  ),
  {
    name: 'ab',
    says: 'two builds over the same rows, in turn, by CPU time',
    rows: 200_000,
    inAll: false,
    run: async (settings) => {
      const report = await compareBuilds(settings);
      return { text: drawAb(report), json: report };
    },
  },
  {
    name: 'profile',
    says: 'where the microseconds of a row go, by stage, and the floor in Node',
    rows: 200_000,
    inAll: false,
    run: async ({ rows, rounds }) => {
      const report = await profileOurs(rows, rounds);
      return { text: drawProfile(report), json: report };
    },
  },
];

/** A section of peers side by side. */
function comparison(name: string, says: string, rows: number, peers: readonly Peer[]): Section {
  const run = async (settings: Settings): Promise<Report> => {
    const table = await comparePeers(peers, settings);
    return { text: `${table.target}\n${drawComparison(table)}`, json: table };
  };
  return { name, says, rows, inAll: true, run };
}

/** A section of single figures. */
function figures(name: string, says: string, bench: (settings: Settings) => Promise<readonly Figure[]>): Section {
  const run = async (settings: Settings): Promise<Report> => {
    const found = await bench(settings);
    return { text: drawFigures(found), json: found };
  };
  return { name, says, rows: 0, inAll: true, run };
}
