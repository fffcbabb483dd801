// What a run came to, at its end: plain data, and the text of it. Programs take summary-json.ts.
// It must not look at files or at the clock: whoever ends the run fills in the data.
// Invariant: paths and commands stand whole, whatever the width, since they are there to be copied.

import type { FailureCount } from './failure-tally.ts';
import { formatAmount, formatCount, formatDuration, formatRate } from './format-numbers.ts';
import { shellWord } from './shell-word.ts';
import { countSettled, type Statistics } from './statistics.ts';
import { drawLine, type Canvas, type Segment, type Style } from './terminal-text.ts';

export { summaryJson } from './summary-json.ts';

/** How a run ended. */
export type Ending = 'finished' | 'stopped' | 'already-finished' | 'disk' | 'output-closed';

/** What a run came to. */
export interface Summary {
  readonly ending: Ending;
  readonly statistics: Statistics;
  /** Records of the input that are to get a result; null if its end was not reached and is not known. */
  readonly total: number | null;
  /** Path of the input, `-` for standard input. */
  readonly input: string;
  /** Path of the results, `-` for standard output. */
  readonly output: string;
  /** Folder of the bodies, if they are not in the results. */
  readonly bodies: string | null;
  /** The command that goes on with this run, ready for a shell; null if it is complete or cannot be resumed. */
  readonly resumeCommand: string | null;
}

const shownKinds = 10;

/** The text at the end of a run, with a line end at its end. */
export function renderSummary(summary: Summary, canvas: Canvas): string {
  const cut = (lines: readonly Segment[][]): string[] => lines.map((line) => drawLine(line, canvas));
  const whole = (lines: readonly Segment[][]): string[] =>
    lines.map((line) => drawLine(line, { ...canvas, columns: Infinity }));
  const blocks = [
    cut([headline(summary)]),
    cut([...resultLines(summary), ...wayLines(summary.statistics)]),
    cut(failureLines(summary.statistics)),
    whole(placeLines(summary)),
    whole(nextLines(summary)),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

function headline({ ending, statistics, total }: Summary): Segment[] {
  const done = countSettled(statistics.settled);
  const doneNow = done - countSettled(statistics.alreadySettled);
  const elapsed = formatDuration(statistics.elapsedMs);
  const rate = statistics.elapsedMs > 0 ? ` (${formatRate((doneNow * 1000) / statistics.elapsedMs)})` : '';
  const ofTotal =
    total === null ? formatAmount(done, 'record') : `${formatCount(done)} of ${formatAmount(total, 'record')}`;
  switch (ending) {
    case 'finished':
      return [['bold', `Finished ${formatAmount(done, 'record')}`], ` in ${elapsed}${rate}`];
    case 'already-finished':
      return [['bold', 'Nothing to do'], `: every record has its result (${formatCount(done)})`];
    case 'disk':
      return [['bold', 'Stopped: the results cannot be written'], `; ${ofTotal} done in ${elapsed}${rate}`];
    case 'output-closed':
      return [['bold', 'Stopped: nobody reads the results any more'], `; ${ofTotal} done in ${elapsed}${rate}`];
    default:
      return [['bold', 'Stopped before the end'], `; ${ofTotal} done in ${elapsed}${rate}`];
  }
}

function resultLines({ statistics: { settled, alreadySettled } }: Summary): Segment[][] {
  const { ok, failed, unknown, skipped } = settled;
  const earlier = countSettled(alreadySettled);
  const lines = [
    row(
      'ok',
      ok,
      ok > 0 ? 'green' : 'dim',
      skipped > 0 ? `${formatCount(skipped)} of them skipped: nothing was sent` : '',
    ),
    row('failed', failed, failed > 0 ? 'red' : 'dim', ''),
    row(
      'unknown',
      unknown,
      unknown > 0 ? 'magenta' : 'dim',
      unknown > 0 ? 'the answer was lost, and it may have been done' : '',
    ),
  ];
  if (earlier > 0)
    lines.push([`  ${'earlier'.padEnd(9)}${formatCount(earlier).padStart(13)}  had their result before this run`]);
  return lines;
}

/** How the results came about; nothing if nothing was sent. */
function wayLines({ attempts, retries, resent, latencyMs }: Statistics): Segment[][] {
  if (attempts === 0) return [];
  const notes = [
    ...(retries > 0 ? [retries === 1 ? '1 retry' : `${formatCount(retries)} retries`] : []),
    ...(resent > 0 ? [`${formatCount(resent)} sent again after a stale connection`] : []),
  ];
  const lines = [row('attempts', attempts, [], notes.join(', '))];
  if (latencyMs !== null) {
    const names = ['p50', 'p95', 'p99', 'max'] as const;
    const values = names.map((name) => `${name} ${formatDuration(latencyMs[name])}`);
    lines.push([`  ${'latency'.padEnd(9)}  ${values.join('  ')}`]);
  }
  return lines;
}

function row(name: string, count: number, style: Style, note: string): Segment[] {
  return [`  ${name.padEnd(9)}`, [style, formatCount(count).padStart(13)], note === '' ? '' : `  ${note}`];
}

function failureLines({ resultFailures, alreadySettled }: Statistics): Segment[][] {
  if (resultFailures.length === 0) return [];
  const earlier = alreadySettled.failed + alreadySettled.unknown > 0;
  const shown = resultFailures.slice(0, shownKinds);
  const left = resultFailures.length - shown.length;
  const width = Math.max(...shown.map(({ kind }) => kind.length));
  const lines: Segment[][] = [[['bold', earlier ? 'Why records failed in this run' : 'Why records failed']]];
  lines.push(...shown.map((failure) => failureLine(failure, width)));
  if (left > 0) lines.push([`  and ${formatAmount(left, 'more kind')}`]);
  return lines;
}

function failureLine({ kind, count, example }: FailureCount, width: number): Segment[] {
  return [['red', `  ${kind.padEnd(width)}`], formatCount(count).padStart(11), ['dim', `  ${example ?? ''}`]];
}

function placeLines({ output, bodies }: Summary): Segment[][] {
  const lines: Segment[][] = [[['bold', 'Results'], `: ${output === '-' ? 'standard output' : output}`]];
  if (bodies !== null) lines.push([['bold', 'Bodies'], `: ${bodies}`]);
  return lines;
}

function nextLines({ ending, output, resumeCommand, statistics }: Summary): Segment[][] {
  if (resumeCommand !== null) return [['Go on where it stopped:'], ['  ', ['bold', resumeCommand]]];
  if (output === '-' || (ending !== 'finished' && ending !== 'already-finished')) return [];
  const { failed, unknown } = statistics.settled;
  const path = output.startsWith('-') ? `./${output}` : output;
  const commands: [command: string, why: string][] = [];
  if (failed + unknown > 0)
    commands.push([`manyfetch failed ${shellWord(path)}`, 'the records that are not ok, ready to be run again']);
  commands.push([`manyfetch verify ${shellWord(path)}`, 'proves that every record has exactly one result']);
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, why]) => ['  ', ['bold', command.padEnd(width)], ['dim', `  ${why}`]]);
}
