// The text of what a run came to, at its end. Programs take summary-json.ts.
// It must not look at files or at the clock: whoever ends the run fills in the `Summary`.
// Invariant: paths and commands stand whole, whatever the width, since they are there to be copied.

import type { FailureCount } from './failure-tally.ts';
import { formatAmount, formatCount, formatDuration, formatRate } from './format-numbers.ts';
import type { Ending, Summary } from './run-summary.ts';
import { shellWord } from './shell-word.ts';
import { countSettled, type Statistics } from './statistics.ts';
import { drawLine, type Canvas, type Segment, type Style } from './terminal-text.ts';

export type { Summary } from './run-summary.ts';
export { summaryJson } from './summary-json.ts';

const shownKinds = 10;

/** The text at the end of a run, with a line end at its end. */
export function renderSummary(summary: Summary, canvas: Canvas): string {
  const cut = (lines: readonly Segment[][]): string[] => lines.map((line) => drawLine(line, canvas));
  const whole = (lines: readonly Segment[][]): string[] =>
    lines.map((line) => drawLine(line, { ...canvas, columns: Infinity }));
  const blocks = [
    cut(headlines(summary)),
    cut(countLines(summary)),
    cut(failureLines(summary.statistics)),
    whole(localLines(summary)),
    whole(placeLines(summary)),
    whole(nextLines(summary)),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

const stops: Readonly<Record<Exclude<Ending, 'finished' | 'already-finished'>, string>> = {
  stopped: 'Stopped before the end',
  disk: 'Stopped: the results cannot be written',
  'output-closed': 'Stopped: nobody reads the results any more',
};

function headlines({ ending, statistics, total }: Summary): Segment[][] {
  const done = countSettled(statistics.settled);
  if (ending === 'already-finished')
    return [[['bold', 'Nothing to do'], `: every record has its result (${formatCount(done)})`]];
  const doneNow = done - countSettled(statistics.alreadySettled);
  const { elapsedMs } = statistics;
  const rate = elapsedMs > 0 ? ` (${formatRate((doneNow * 1000) / elapsedMs)})` : '';
  if (ending === 'finished' && total === 0) return [[['bold', 'Finished'], ': there was no record to send']];
  const part = doneNow < done ? `, ${formatCount(doneNow)} of them in this run,` : '';
  const pace = `${part} in ${formatDuration(elapsedMs)}${rate}`;
  if (ending === 'finished') return [[['bold', `Finished ${formatAmount(done, 'record')}`], pace]];
  const records =
    total === null ? formatAmount(done, 'record') : `${formatCount(done)} of ${formatAmount(total, 'record')}`;
  return [[['bold', stops[ending]]], [`${records}${pace}`]];
}

/** The counts, one under the other, each with what it needs to be understood. */
function countLines({ statistics }: Summary): Segment[][] {
  const { settled, alreadySettled, attempts, latencyMs } = statistics;
  const { ok, failed, unknown, skipped } = settled;
  const earlier = countSettled(alreadySettled);
  const width = Math.max(...[ok, failed, unknown, earlier, attempts].map((count) => formatCount(count).length));
  const line = (name: string, count: number, style: Style, note = ''): Segment[] => [
    `  ${name.padEnd(8)}  `,
    [count > 0 ? style : 'dim', formatCount(count).padStart(width)],
    note === '' ? '' : `  ${note}`,
  ];
  const lines = [
    line('ok', ok, 'green', skipped > 0 ? `${formatCount(skipped)} of them skipped: nothing was sent` : ''),
    line('failed', failed, 'red'),
    line('unknown', unknown, 'magenta', unknown > 0 ? 'the answer was lost, and it may have been done' : ''),
  ];
  if (earlier > 0) lines.push(line('earlier', earlier, [], 'of these had their result before this run'));
  if (attempts > 0) lines.push(line('attempts', attempts, [], attemptNote(statistics)));
  if (latencyMs !== null) {
    const values = (['p50', 'p95', 'p99', 'max'] as const).map((name) => `${name} ${formatDuration(latencyMs[name])}`);
    lines.push([`  latency   ${values.join('  ')}`]);
  }
  return lines;
}

function attemptNote({ retries, resent }: Statistics): string {
  const notes: string[] = [];
  if (retries > 0) notes.push(retries === 1 ? '1 retry' : `${formatCount(retries)} retries`);
  if (resent > 0) notes.push(`${formatCount(resent)} sent again after a stale connection`);
  return notes.join(', ');
}

function failureLines({ resultFailures, alreadySettled }: Statistics): Segment[][] {
  if (resultFailures.length === 0) return [];
  const earlier = alreadySettled.failed + alreadySettled.unknown > 0;
  const shown = resultFailures.slice(0, shownKinds);
  const left = resultFailures.length - shown.length;
  const width = Math.max(...shown.map(({ kind }) => kind.length));
  const lines: Segment[][] = [[['bold', earlier ? 'Why records failed in this run' : 'Why records failed']]];
  const countWidth = Math.max(...shown.map((failure) => formatCount(failure.count).length));
  lines.push(...shown.map((failure) => failureLine(failure, width, countWidth)));
  if (left > 0) lines.push([`  and ${formatAmount(left, 'more kind')}`]);
  return lines;
}

function failureLine({ kind, count, example }: FailureCount, width: number, countWidth: number): Segment[] {
  const shownCount = formatCount(count).padStart(countWidth);
  return [['red', `  ${kind.padEnd(width)}`], `  ${shownCount}`, ['dim', example === null ? '' : `  ${example}`]];
}

function localLines({ local }: Summary): Segment[][] {
  return local === null ? [] : [[['bold', 'This machine'], `: ${local}`]];
}

function placeLines({ output, bodies }: Summary): Segment[][] {
  const lines: Segment[][] = [[['bold', 'Results'], `: ${output === '-' ? 'standard output' : output}`]];
  if (bodies !== null) lines.push([['bold', 'Bodies'], `: ${bodies}`]);
  return lines;
}

function nextLines({ ending, input, output, resumeCommand, statistics }: Summary): Segment[][] {
  if (resumeCommand !== null) return [['Go on where it stopped:'], ['  ', ['bold', resumeCommand]]];
  if (output === '-' || (ending !== 'finished' && ending !== 'already-finished')) return [];
  const { failed, unknown } = statistics.settled;
  const path = shellWord(output.startsWith('-') ? `./${output}` : output);
  // What came through a pipe is gone; both commands need it again.
  const [source, where] = input === '-' ? [' --input FILE', '; FILE is the input, saved'] : ['', ''];
  const commands: [command: string, why: string][] = [];
  if (failed + unknown > 0)
    commands.push([`manyfetch failed ${path}${source}`, `the records that are not ok, ready to be run again${where}`]);
  commands.push([`manyfetch verify ${path}${source}`, `proves that every record has exactly one result${where}`]);
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, why]) => ['  ', ['bold', command.padEnd(width)], ['dim', `  ${why}`]]);
}
