// The text of `manyfetch report <results>`: what became of the records, why, where and when.
// It must not read files: a ResultTally has counted the rows.
// Invariant: no line is wider than the canvas, and nothing of a server's text reaches the terminal unchecked.

import { drawBar, drawSparkline } from './charts.ts';
import { formatAmount, formatCount, formatDuration, formatRate, formatShare } from './format-numbers.ts';
import { latencyRows } from './latency-rows.ts';
import type { ResultTally } from './result-tally.ts';
import { countSettled } from './statistics.ts';
import { drawLine, type Canvas, type Segment, type Style } from './terminal-text.ts';

export { ResultTally, type ResultRow } from './result-tally.ts';

type Line = readonly Segment[];

const shownOrigins = 10;
const shownKinds = 20;

/** The report as text, with a line end at its end. */
export function renderReport(tally: ResultTally, canvas: Canvas): string {
  const records = countSettled(tally.counts);
  if (records === 0) return `${drawLine(['There are no results in this file.'], canvas)}\n`;
  const sections = [
    totalLines(tally, records),
    section('By status', statusLines(tally, records)),
    section('Why records failed', failureLines(tally)),
    section('By origin', originLines(tally)),
    section('Latency of the last answer', latencyLines(tally, canvas.columns)),
    section('Attempts', attemptLines(tally, records)),
    section('Over time', timeLines(tally, records, canvas.columns)),
    section('Slowest', slowLines(tally)),
  ];
  const texts = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => drawLine(line, canvas)).join('\n'));
  return `${texts.join('\n\n')}\n`;
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [[['bold', title]], ...lines];
}

function totalLines({ counts }: ResultTally, records: number): Line[] {
  const countWidth = widthOf([counts.ok, counts.failed, counts.unknown]);
  const line = (name: string, count: number, style: Style): Line => [
    `  ${name.padEnd(9)}`,
    [count > 0 ? style : 'dim', formatCount(count).padStart(countWidth)],
    `  ${formatShare(count / records).padStart(5)}`,
  ];
  const lines: Line[] = [
    [['bold', formatAmount(records, 'record')]],
    line('ok', counts.ok, 'green'),
    line('failed', counts.failed, 'red'),
    line('unknown', counts.unknown, 'magenta'),
  ];
  if (counts.skipped > 0) lines.push([`  of the ok, ${formatCount(counts.skipped)} skipped: nothing was sent`]);
  return lines;
}

function statusLines({ statuses }: ResultTally, records: number): Line[] {
  const countWidth = widthOf(statuses.map(([, count]) => count));
  return statuses.map(([status, count]) => [
    `  ${status}  `,
    [styleOfStatus(status), formatCount(count).padStart(countWidth)],
    `  ${formatShare(count / records).padStart(5)}`,
  ]);
}

function styleOfStatus(status: number): Style {
  if (status < 300) return 'green';
  return status < 400 ? 'yellow' : 'red';
}

function failureLines({ failures }: ResultTally): Line[] {
  const shown = failures.slice(0, shownKinds);
  const width = Math.max(...shown.map(({ kind }) => kind.length));
  const countWidth = widthOf(shown.map(({ count }) => count));
  const lines: Line[] = shown.map(({ kind, count, example }) => [
    `  ${kind.padEnd(width)}  `,
    ['red', formatCount(count).padStart(countWidth)],
    ['dim', `  ${example ?? ''}`],
  ]);
  return withRest(lines, failures.length - shown.length, 'more kind');
}

function originLines({ origins }: ResultTally): Line[] {
  const shown = origins.slice(0, shownOrigins);
  const countWidth = widthOf(shown.map(({ records }) => records));
  const lines: Line[] = shown.map(({ origin, records, notOk }) => [
    `  ${formatCount(records).padStart(countWidth)}`,
    `  ${origin}`,
    notOk > 0 ? ['red', `  ${formatCount(notOk)} not ok`] : '',
  ]);
  return withRest(lines, origins.length - shown.length, 'more origin');
}

function latencyLines({ latency }: ResultTally, columns: number): Line[] {
  const percentiles = latency.percentiles();
  if (percentiles === null) return [];
  const names = ['p50', 'p95', 'p99', 'max'] as const;
  const rows = latencyRows(latency.buckets());
  const most = Math.max(...rows.map(({ count }) => count));
  const countWidth = widthOf([most]);
  const timeWidth = Math.max(...rows.map(({ highMs }) => formatDuration(highMs).length));
  const width = Math.min(40, columns - countWidth - timeWidth - 12);
  return [
    [`  ${names.map((name) => `${name} ${formatDuration(percentiles[name])}`).join('  ')}`],
    ...rows.map(({ highMs, count }): Line => [
      `  under ${formatDuration(highMs).padStart(timeWidth)}  `,
      formatCount(count).padStart(countWidth),
      ['cyan', width > 0 && count > 0 ? `  ${drawBar(count / most, width)}` : ''],
    ]),
  ];
}

function attemptLines({ attempts, waits }: ResultTally, records: number): Line[] {
  const lines: Line[] = [];
  const countWidth = widthOf(attempts);
  for (const [number, count] of attempts.entries()) {
    if (count === 0) continue;
    const name = number === attempts.length - 1 ? `${number}+` : String(number);
    const share = formatShare(count / records).padStart(5);
    lines.push([`  ${name.padEnd(3)}  ${formatCount(count).padStart(countWidth)}  ${share}`]);
  }
  const waited = waits.percentiles();
  if (waited !== null && waited.max > 0) {
    const { p50, p99, max } = waited;
    const values = `p50 ${formatDuration(p50)}  p99 ${formatDuration(p99)}  max ${formatDuration(max)}`;
    lines.push([`  waited: ${values}`]);
  }
  return lines;
}

function timeLines({ times }: ResultTally, records: number, columns: number): Line[] {
  const rates = times.perSecond(Math.max(2, Math.min(80, columns - 2)));
  if (rates.length === 0) return [];
  const spanMs = times.lastMs - times.firstMs;
  // Within less than a second, a rate per second would say more than anybody knows.
  const pace =
    spanMs >= 1000
      ? `, ${formatRate((records * 1000) / spanMs)} on average, ${formatRate(Math.max(...rates))} at most`
      : '';
  return [
    ['  ', ['cyan', drawSparkline(rates)]],
    [`  from ${isoTime(times.firstMs)}`],
    [`  to   ${isoTime(times.lastMs)}`],
    [`  ${formatDuration(spanMs)}${pace}`],
  ];
}

function slowLines({ slowest }: ResultTally): Line[] {
  const timeWidth = Math.max(0, ...slowest.map(({ ms }) => formatDuration(ms).length));
  return slowest.map(({ index, ms, outcome, method, url }) => [
    `  ${formatDuration(ms).padStart(timeWidth)}`,
    ['dim', `  record ${index}`],
    `  ${[outcome, method, url].filter((text) => text !== '').join(' ')}`,
  ]);
}

function withRest(lines: Line[], rest: number, noun: string): Line[] {
  return rest > 0 ? [...lines, [`  and ${formatAmount(rest, noun)}`]] : lines;
}

/** Width of the column that these counts need. */
function widthOf(counts: readonly number[]): number {
  return Math.max(...counts.map((count) => formatCount(count).length));
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
