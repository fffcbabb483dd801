// Compares peers by rows a second against the fast target. Every peer runs once a round, in turn with the others; a ratio
// is the median of the ratios within the rounds, so that a slow minute of the machine hits both sides.
// Who leaves out a request, or a result of the whole job, is not given a figure but an error.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { startFastTarget, type FastTarget } from '../fast-target.ts';
import { measure } from '../measure.ts';
import { median } from '../median.ts';
import type { Settings } from '../section.ts';
import type { Peer } from './peer.ts';

/** What a peer took in one round. */
interface Round {
  readonly rowsPerSecond: number;
  readonly cpuMicrosPerRow: number | null;
  readonly peakBytes: number | null;
}

/** A line of the table. */
export interface ComparedPeer {
  readonly name: string;
  readonly does: string;
  readonly rows: number;
  /** Why there are no figures. */
  readonly missing: string | null;
  readonly rowsPerSecond: number | null;
  readonly cpuMicrosPerRow: number | null;
  readonly peakBytes: number | null;
  /** Our rate divided by theirs. */
  readonly oursToTheirs: number | null;
  /** Their CPU time a row divided by ours: what it says stands on a machine that others use too. */
  readonly cpuTheirsToOurs: number | null;
  readonly goal: number | null;
}

export interface Comparison {
  readonly target: string;
  readonly lines: readonly ComparedPeer[];
}

/** Runs the peers in turn; the first is ours. */
export async function comparePeers(all: readonly Peer[], options: Settings): Promise<Comparison> {
  const { only } = options;
  const peers = all.filter((peer, place) => only === null || place === 0 || peer.name.includes(only));
  const missing = new Map(peers.map((peer) => [peer, peer.missing()]));
  const rounds = new Map<Peer, Round[]>(peers.map((peer) => [peer, []]));
  const target = await startFastTarget();
  try {
    for (let round = 1; round <= options.rounds; round++) {
      for (const peer of peers) {
        if (missing.get(peer) !== null) continue;
        process.stderr.write(`round ${round}/${options.rounds}: ${peer.name}\n`);
        const outcome = await runOnce(peer, target, rowsOf(peer, options.rows));
        if (typeof outcome === 'string') missing.set(peer, outcome);
        else rounds.get(peer)?.push(outcome);
      }
    }
  } finally {
    await target.stop();
  }
  const oursRounds = rounds.get(peers[0] as Peer) ?? [];
  const lines = peers.map((peer) =>
    summarize(peer, rowsOf(peer, options.rows), missing.get(peer) ?? null, rounds.get(peer) ?? [], oursRounds),
  );
  return { target: target.name, lines };
}

/** A whole number of rows for each of 64 connections: hey drops the rest. */
function rowsOf(peer: Peer, rows: number): number {
  return Math.max(64, Math.round((rows * peer.share) / 64) * 64);
}

async function runOnce(peer: Peer, target: FastTarget, rows: number): Promise<Round | string> {
  const command = await peer.command(target, rows);
  const before = await target.requests();
  const measured = await measure(command);
  const sent = (await target.requests()) - before - 1;
  if (measured.exitCode !== 0) return `exit code ${measured.exitCode}: ${measured.stderr.trim().split('\n', 1)[0]}`;
  if (peer.byDuration !== true && sent !== rows) return `sent ${sent} requests for ${rows} rows`;
  if (peer.output !== null && countLines(peer.output) !== rows)
    return `wrote ${countLines(peer.output)} results for ${rows} rows`;
  return {
    rowsPerSecond: (sent * 1000) / measured.wallMs,
    cpuMicrosPerRow: measured.cpuMs === null ? null : (measured.cpuMs * 1000) / sent,
    peakBytes: measured.peakBytes,
  };
}

function countLines(path: string): number {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return 0;
  return Number(spawnSync('wc', ['-l', path], { encoding: 'utf8' }).stdout.trim().split(' ')[0]);
}

function summarize(
  peer: Peer,
  rows: number,
  missing: string | null,
  rounds: readonly Round[],
  oursRounds: readonly Round[],
): ComparedPeer {
  const whole = missing === null && rounds.length > 0;
  const ratios = rounds.flatMap((round, place) => {
    const own = oursRounds[place];
    return own === undefined ? [] : [own.rowsPerSecond / round.rowsPerSecond];
  });
  const cpuRatios = rounds.flatMap((round, place) => {
    const own = oursRounds[place]?.cpuMicrosPerRow ?? null;
    return own === null || round.cpuMicrosPerRow === null ? [] : [round.cpuMicrosPerRow / own];
  });
  return {
    name: peer.name,
    does: peer.does,
    rows,
    missing,
    rowsPerSecond: whole ? median(rounds.map((round) => round.rowsPerSecond)) : null,
    cpuMicrosPerRow: whole ? median(rounds.flatMap((round) => round.cpuMicrosPerRow ?? [])) : null,
    peakBytes: whole ? median(rounds.flatMap((round) => round.peakBytes ?? [])) : null,
    oursToTheirs: whole && rounds !== oursRounds ? median(ratios) : null,
    cpuTheirsToOurs: whole && rounds !== oursRounds ? median(cpuRatios) : null,
    goal: peer.goal,
  };
}
