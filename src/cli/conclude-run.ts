// The end of `manyfetch run`: the error that ended it if any, the summary, and the exit code.

import type { BatchOutcome } from '../batch/run-batch.ts';
import { countSettled } from '../report/statistics.ts';
import { renderSummary, summaryJson, type Summary } from '../report/summary.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import type { Display } from './display.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { reportError } from './report-error.ts';
import { restCommand, resumeCommand } from './resume-command.ts';

/** Says what came of a run, and gives the exit code. */
export function concludeRun(outcome: BatchOutcome, display: Display, parsed: ParsedArguments, io: CliIo): number {
  const summary: Summary = { ...outcome.summary, resumeCommand: commandToGoOn(outcome, parsed) };
  if (outcome.error !== null) reportError(outcome.error, io);
  showSummary(summary, display, io);
  return codeOf(outcome);
}

function commandToGoOn({ kind, error, summary }: BatchOutcome, parsed: ParsedArguments): string | null {
  const { output, statistics } = summary;
  if ((kind !== 'stopped' && kind !== 'disk') || output === '-') return null;
  // As it is it cannot be read on, and mended it is not the input of this run. All before the break is settled;
  // of an input that changed that cannot be said, nor what its rest is.
  const hasBrokenOff = error?.code === 'bad_input';
  return hasBrokenOff
    ? restCommand(parsed, { settled: countSettled(statistics.settled), output })
    : resumeCommand(parsed);
}

function showSummary(summary: Summary, display: Display, io: CliIo): void {
  if (display.summary === 'json') {
    const stream = summary.output === '-' ? io.stderr : io.stdout;
    stream.write(`${summaryJson(summary)}\n`);
  } else if (display.summary === 'text') {
    const canvas = { columns: io.stderr.columns || 100, color: allowsColor(io.stderr, io.env) };
    io.stderr.write(renderSummary(summary, canvas));
  }
}

function codeOf({ kind, summary }: BatchOutcome): number {
  if (kind === 'disk') return exitCode.broken;
  if (kind === 'stopped' || kind === 'output-closed') return exitCode.stopped;
  const { failed, unknown } = summary.statistics.settled;
  return failed + unknown === 0 ? exitCode.ok : exitCode.someFailed;
}
