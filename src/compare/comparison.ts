// What follows from the figures of the ways, side by side: the one place where it is computed, for the table, the charts and programs.

import type { ComparePlan, WayFigures } from './compare-plan.ts';
import { layoutOf, type WayLayout } from './way-layout.ts';

/** What all ways were given, as far as it is shown. */
export interface ComparedSettings extends Pick<
  ComparePlan,
  'requests' | 'threads' | 'processes' | 'concurrency' | 'workMs'
> {
  /** Without credentials; null: the stand-in service. */
  readonly url: string | null;
  readonly delayMs: number;
}

/** One way beside the others. */
export interface ComparedWay extends WayFigures {
  readonly layout: WayLayout;
  /** How many times as fast as the first of them. */
  readonly speedUp: number;
  /** Settled, well or not. */
  readonly perSecond: number;
  /** CPU time by elapsed time: 1 is one core that was busy all the time. */
  readonly busy: number;
}

export function sideBySide(all: readonly WayFigures[], settings: ComparedSettings): ComparedWay[] {
  const firstMs = all[0]?.elapsedMs ?? 0;
  return all.map((figures) => ({
    ...figures,
    layout: layoutOf(figures.name, settings),
    speedUp: firstMs / figures.elapsedMs,
    perSecond: (1000 * settings.requests) / figures.elapsedMs,
    busy: figures.cpuMs / figures.elapsedMs,
  }));
}

/** For programs: all of it, as JSON. */
export function comparisonJson(ways: readonly ComparedWay[], settings: ComparedSettings, processors: number): string {
  const { url, delayMs, requests, workMs } = settings;
  const shown = ways.map(({ name, layout, ...way }) => ({
    name,
    threads: layout.threads,
    processes: layout.processes,
    atOnce: layout.atOnce,
    startMs: rounded(way.startMs),
    elapsedMs: rounded(way.elapsedMs),
    speedUp: rounded(way.speedUp),
    requestsPerSecond: rounded(way.perSecond),
    cpuMs: rounded(way.cpuMs),
    peakBytes: way.peakBytes,
    answered: way.answered,
    failed: way.failed,
    failure: way.failure,
  }));
  const place = url === null ? { standIn: { delayMs } } : { url };
  return `${JSON.stringify({ ...place, requests, workMs, processors, ways: shown }, null, 2)}\n`;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(2));
}
