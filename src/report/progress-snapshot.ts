// What a display needs to know of a run at one moment, and what follows from it: how much there is to
// do, what share of it is done, and how long the rest will take. Pure; draws nothing.

import { countSettled, type Statistics } from './statistics.ts';

/** A run at one moment. */
export interface ProgressSnapshot {
  readonly statistics: Statistics;
  /** Records that will get a result, with those of earlier runs; null while the end of the input is not known. */
  readonly total: number | null;
  /** Records taken from the input so far, settled ones that were passed over included. */
  readonly readRecords: number;
  /** As the reader tells; both are of the file on disk. `totalBytes` is null for standard input. */
  readonly readBytes: number;
  readonly totalBytes: number | null;
  /** The `--rate` as the user gave it, such as `10/s`. */
  readonly rateLimit: string | null;
  /** Paused or draining: somebody told it so. */
  readonly state: 'running' | 'paused' | 'draining';
  /** What this machine is short of, as a sentence; null: nothing. */
  readonly local: string | null;
  /** Results whose hooks have not ended, and whether the run waits for them; null: none. */
  readonly hooks: { readonly open: number; readonly areAwaited: boolean } | null;
  /** A stop was asked for; what is in flight has so long to finish. */
  readonly stopping: { readonly graceLeftMs: number } | null;
}

/** How far a run is. */
export interface Advance {
  readonly done: number;
  /** Null if nobody can tell. */
  readonly total: number | null;
  /** The total was reckoned from the bytes that were read. */
  readonly estimated: boolean;
  /** From 0 to 1; 1 only when all is done. */
  readonly share: number | null;
  /** Null if nobody can tell, and when all is done. */
  readonly etaMs: number | null;
}

/** How far the run is, as well as the snapshot allows to tell. */
export function advanceOf(snapshot: ProgressSnapshot): Advance {
  const done = countSettled(snapshot.statistics.settled);
  const total = snapshot.total ?? estimateTotal(snapshot, done);
  const estimated = snapshot.total === null;
  if (total === null) return { done, total, estimated, share: null, etaMs: null };
  const share = total === 0 ? 1 : Math.min(done / total, estimated ? 0.999 : 1);
  const perMs = ratePerMs(snapshot.statistics, done);
  const left = Math.max(0, total - done);
  return { done, total, estimated, share, etaMs: left === 0 || perMs === 0 ? null : left / perMs };
}

function estimateTotal({ readRecords, readBytes, totalBytes }: ProgressSnapshot, done: number): number | null {
  if (totalBytes === null || readBytes === 0 || readRecords === 0) return null;
  return Math.max(done, Math.round(readRecords * Math.max(1, totalBytes / readBytes)));
}

/** The rate of the last seconds; if nothing was settled in them, that of the whole run. */
function ratePerMs(statistics: Statistics, done: number): number {
  if (statistics.perSecond > 0) return statistics.perSecond / 1000;
  const settledNow = done - countSettled(statistics.alreadySettled);
  return statistics.elapsedMs > 0 ? settledNow / statistics.elapsedMs : 0;
}
