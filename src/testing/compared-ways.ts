// Figures of a comparison as they may be, for tests of what is made of them.

import type { WayFigures, WayName } from '../compare/compare-plan.ts';
import { type ComparedSettings, type ComparedWay, sideBySide } from '../compare/comparison.ts';

export const sampleSettings: ComparedSettings = {
  url: null,
  delayMs: 100,
  requests: 100,
  threads: 10,
  processes: 2,
  concurrency: 100,
  workMs: 0,
};

type Row = readonly [name: WayName, startMs: number | null, elapsedMs: number, cpuMs: number, peakBytes: number];

/** What waiting looks like. */
export const waiting: readonly Row[] = [
  ['in-turn', null, 10_220, 90, 61e6],
  ['threads', 310, 1050, 120, 204e6],
  ['processes', 240, 5120, 110, 183e6],
  ['tasks', null, 120, 50, 62e6],
  ['tasks-in-processes', 250, 118, 60, 186e6],
];

/** The same, where each answer takes 20 ms of the CPU. */
export const working: readonly Row[] = [
  ['in-turn', null, 12_300, 2090, 61e6],
  ['threads', 310, 1230, 2120, 204e6],
  ['processes', 240, 6150, 2110, 183e6],
  ['tasks', null, 2150, 2060, 62e6],
  ['tasks-in-processes', 250, 1130, 2070, 186e6],
];

export function comparedWays(rows: readonly Row[], more: Partial<WayFigures> = {}): ComparedWay[] {
  const all = rows.map(([name, startMs, elapsedMs, cpuMs, peakBytes]) => ({
    name,
    startMs,
    elapsedMs,
    cpuMs,
    peakBytes,
    answered: 100,
    failed: 0,
    failure: null,
    ...more,
  }));
  return sideBySide(all, sampleSettings);
}
