// The comparison as text: a table, a chart to scale, and what failed. Pure; not a line is wider than the canvas.

import { drawBar } from '../report/charts.ts';
import { formatAmount, formatCount, formatRate } from '../report/format-numbers.ts';
import { type Canvas, columnsOf, drawLine } from '../report/terminal-text.ts';
import type { ComparedWay } from './comparison.ts';
import { madeOf } from './way-layout.ts';

type Column = readonly [heading: string, cell: (way: ComparedWay) => string];

/** The most important first: where it is narrow the last are left out. */
const columns: readonly Column[] = [
  ['', ({ layout }) => layout.label],
  ['made of', ({ layout }) => madeOf(layout)],
  ['at once', ({ layout }) => formatCount(layout.atOnce)],
  ['elapsed', ({ elapsedMs }) => formatSeconds(elapsedMs)],
  ['speed-up', ({ speedUp }) => formatTimes(speedUp)],
  ['requests', ({ perSecond }) => formatRate(perSecond)],
  ['CPU', ({ cpuMs }) => formatSeconds(cpuMs)],
  ['memory', ({ peakBytes }) => formatMegabytes(peakBytes)],
  ['to start', ({ startMs }) => (startMs === null ? '–' : formatSeconds(startMs))],
];

/** Lines, without line ends. */
export function drawTable(ways: readonly ComparedWay[], canvas: Canvas): string[] {
  const texts = columns.map(([heading, cell]) => [heading, ...ways.map(cell)]);
  const widths = texts.map((cells) => Math.max(...cells.map(columnsOf)));
  return (
    texts[0]?.map((_, row) => {
      const cells = texts.map((column, at) => padded(column[row] ?? '', widths[at] ?? 0, at < 2));
      return drawLine([joined(cells, canvas.columns)], canvas).trimEnd();
    }) ?? []
  );
}

function padded(text: string, width: number, isLeft: boolean): string {
  return isLeft ? text.padEnd(width) : text.padStart(width);
}

/** As many cells as fit: one that was cut would show a wrong number. */
function joined(cells: readonly string[], width: number): string {
  let line = cells[0] ?? '';
  for (const cell of cells.slice(1)) {
    if (columnsOf(line) + 2 + columnsOf(cell) > width) break;
    line += `  ${cell}`;
  }
  return line;
}

const narrowestBar = 10;

/** Bars to scale: light until the workers were there, full until the last answer was. */
export function drawChart(ways: readonly ComparedWay[], canvas: Canvas): string[] {
  const labels = Math.max(...ways.map(({ layout }) => layout.label.length));
  const figures = Math.max(...ways.map((way) => figureOf(way).length));
  const room = Math.max(narrowestBar, canvas.columns - labels - figures - 5);
  const longest = Math.max(...ways.map(wholeMs));
  return ways.map((way) => {
    const light = Math.round(((way.startMs ?? 0) / longest) * room);
    const full = drawBar(way.elapsedMs / longest, room);
    const label = way.layout.label.padEnd(labels);
    return drawLine([label, '  ', ['dim', '░'.repeat(light)], ['cyan', full], ' ', figureOf(way)], canvas);
  });
}

function wholeMs({ startMs, elapsedMs }: ComparedWay): number {
  return (startMs ?? 0) + elapsedMs;
}

function figureOf({ startMs, elapsedMs }: ComparedWay): string {
  const figure = formatSeconds(elapsedMs);
  return startMs === null ? figure : `${figure} + ${formatSeconds(startMs)} to start`;
}

/** One sentence for each way in which requests failed. */
export function failureLines(ways: readonly ComparedWay[]): string[] {
  return ways
    .filter(({ failed }) => failed > 0)
    .map(
      ({ layout, failed, answered, failure }) =>
        `${layout.label}: ${formatCount(failed)} of ${formatAmount(failed + answered, 'request')} failed, the first: ${failure}`,
    );
}

/** Always in seconds, so that figures can be compared at a glance. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** `1.0×`, `9.6×`, `83×` */
export function formatTimes(factor: number): string {
  return `${factor < 9.95 ? factor.toFixed(1) : formatCount(factor)}×`;
}

export function formatMegabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}
