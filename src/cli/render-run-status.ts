// Draws the status of a run that goes on: what it is, how far it is, and a table of its origins. Pure.
// What comes from elsewhere goes through `printable`, like all that is shown on a terminal.

import type { OriginStatus, RunStatus } from '../control/controlled-run.ts';
import { formatCount, formatDuration, formatRate, formatShare } from '../report/format-numbers.ts';
import { columnsOf, printable } from '../report/terminal-text.ts';

type Row = readonly string[];

/** The first column and the last are texts, those between are numbers. */
const header: Row = ['origin', 'limit', 'in flight', 'waiting', 'ok', 'failed', 'base', 'now', ''];

/** The status as text, with a line end at its end. */
export function renderRunStatus(status: RunStatus): string {
  const lines = [headline(status), ...facts(status).map(([name, value]) => `  ${name.padEnd(13)}${value}`)];
  if (status.origins.length > 0) lines.push('', ...table([header, ...status.origins.map((origin) => rowOf(origin))]));
  if (status.moreOrigins > 0) lines.push(`and ${formatCount(status.moreOrigins)} more`);
  return `${lines.map((line) => printable(line).trimEnd()).join('\n')}\n`;
}

function headline({ input, output, state, elapsedMs, pid }: RunStatus): string {
  return `${input} -> ${output}: ${state}, for ${formatDuration(elapsedMs)} now (process ${pid})`;
}

function facts(status: RunStatus): (readonly [name: string, value: string])[] {
  const { done, total, perSecond, inFlight, concurrency, ceiling, perOrigin, rates, local } = status;
  const share = total === null || total === 0 ? '' : ` of ${formatCount(total)} (${formatShare(done / total)})`;
  return [
    ['done', `${formatCount(done)}${share}, ${formatRate(perSecond)}`],
    ['in flight', formatCount(inFlight)],
    ['concurrency', `${concurrency === 'auto' ? 'auto' : formatCount(concurrency)}, at most ${formatCount(ceiling)}`],
    ...(perOrigin === null ? [] : [['per origin', formatCount(perOrigin)] as const]),
    ...(rates.length === 0 ? [] : [['rate', rates.join(', ')] as const]),
    ...(local === null ? [] : [['this machine', local] as const]),
  ];
}

function rowOf({ origin, limit, inFlight, waiting, attempts, latencyMs, ...rest }: OriginStatus): Row {
  const counts = [limit, inFlight, waiting].map(formatCount);
  const ends = [attempts?.ok, attempts?.failed].map((count) => (count === undefined ? '-' : formatCount(count)));
  const times = [latencyMs.base, latencyMs.recent].map((ms) => (ms === null ? '-' : formatDuration(ms)));
  return [origin, ...counts, ...ends, ...times, remarks(rest)];
}

function remarks({ breaker, waitingFor }: Pick<OriginStatus, 'breaker' | 'waitingFor'>): string {
  const states = { closed: [], open: ['down'], probing: ['down, being probed'] } as const;
  const left = waitingFor?.leftMs ?? null;
  const wait =
    waitingFor === null ? [] : [`${waitingFor.reason}${left === null ? '' : `, ${formatDuration(left)} left`}`];
  return [...states[breaker], ...wait].join('; ');
}

function table(rows: readonly Row[]): string[] {
  const printed = rows.map((row) => row.map((cell) => printable(cell)));
  const widths = header.map((_, at) => Math.max(...printed.map((row) => columnsOf(row[at] ?? ''))));
  return printed.map((row) =>
    row
      .map((cell, at) => {
        const fill = ' '.repeat((widths[at] ?? 0) - columnsOf(cell));
        return at === 0 || at === row.length - 1 ? cell + fill : fill + cell;
      })
      .join('  '),
  );
}
