// Draws the tables in plain text. It computes nothing but whether a goal is met.

import type { Figure } from './figure.ts';
import type { Comparison } from './compare/compare.ts';

const inUnits = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** The table of rates, ours first. */
export function drawComparison(table: Comparison): string {
  const header = ['', 'does', 'rows', 'rows/s', 'CPU µs/row', 'peak MB', 'CPU ratio', 'ours is', 'goal', ''];
  const lines = table.lines.map((line) => {
    if (line.missing !== null) return [line.name, `no figures: ${line.missing}`, '', '', '', '', '', '', '', ''];
    const { oursToTheirs, cpuTheirsToOurs, goal } = line;
    return [
      line.name,
      line.does,
      inUnits(line.rows),
      line.rowsPerSecond === null ? '' : inUnits(line.rowsPerSecond),
      line.cpuMicrosPerRow === null ? '' : line.cpuMicrosPerRow.toFixed(1),
      line.peakBytes === null ? '' : inUnits(line.peakBytes / 1e6),
      cpuTheirsToOurs === null ? '' : cpuTheirsToOurs.toFixed(2),
      oursToTheirs === null ? '' : `${oursToTheirs.toFixed(2)} x`,
      goal === null ? '' : `${goal} x`,
      goal === null || oursToTheirs === null ? '' : oursToTheirs >= goal ? 'met' : 'not met',
    ];
  });
  return drawColumns([header, ...lines], 2, new Set([9]));
}

/** The figures of the other benches. */
export function drawFigures(figures: readonly Figure[]): string {
  const header = ['', '', 'value', 'goal', '', ''];
  const lines = figures.map(({ bench, name, value, unit, goal, note }) => [
    bench,
    name,
    value === null ? '-' : `${shown(value, unit)} ${unit}`,
    goal === null ? '' : `${unit === 'x' ? goal : inUnits(goal)} ${unit}`,
    goal === null || value === null ? '' : value <= goal ? 'met' : 'not met',
    note,
  ]);
  return drawColumns([header, ...lines], 2, new Set([4, 5]));
}

/** Ratios, microseconds and kilobytes are small numbers whose digits matter. */
function shown(value: number, unit: Figure['unit']): string {
  if (unit === 'x') return value.toFixed(3);
  return unit === 'µs' || unit === 'KB' ? value.toFixed(2) : inUnits(value);
}

/** Columns from `textColumns` on stand to the right, except those named in `left`. */
export function drawColumns(
  cells: readonly (readonly string[])[],
  textColumns: number,
  left: ReadonlySet<number> = new Set(),
): string {
  const isLeft = (column: number): boolean => column < textColumns || left.has(column);
  /** Text may run on over empty cells behind it. */
  const runsOn = (row: readonly string[], column: number): boolean =>
    isLeft(column) && row.slice(column + 1).every((cell) => cell === '');
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(0, ...cells.filter((row) => !runsOn(row, column)).map((row) => (row[column] ?? '').length)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => (isLeft(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
