// The end of `manyfetch run`: the error that ended it if any, the summary, and the exit code.

import type { BatchOutcome } from '../batch/run-batch.ts';
import { renderSummary, summaryJson, type Summary } from '../report/summary.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import type { Display } from './display.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { reportError } from './report-error.ts';
import { resumeCommand } from './resume-command.ts';

/** Says what came of a run, and gives the exit code. */
export function concludeRun(outcome: BatchOutcome, display: Display, parsed: ParsedArguments, io: CliIo): number {
  const resumable = (outcome.kind === 'stopped' || outcome.kind === 'disk') && outcome.summary.output !== '-';
  const summary: Summary = { ...outcome.summary, resumeCommand: resumable ? resumeCommand(parsed) : null };
  if (outcome.error !== null) reportError(outcome.error, io);
  showSummary(summary, display, io);
  return codeOf(outcome);
}

function showSummary(summary: Summary, display: Display, io: CliIo): void {
  if (display.summary === 'json') {
    const stream = summary.output === '-' ? io.stderr : io.stdout;
    stream.write(`${summaryJson(summary)}\n`);
  } else if (display.summary === 'text') {
    const canvas = { columns: io.stderr.columns ?? 100, color: allowsColor(io.stderr, io.env) };
    io.stderr.write(renderSummary(summary, canvas));
  }
}

function codeOf({ kind, summary }: BatchOutcome): number {
  if (kind === 'disk') return exitCode.broken;
  if (kind === 'stopped' || kind === 'output-closed') return exitCode.stopped;
  const { failed, unknown } = summary.statistics.settled;
  return failed + unknown === 0 ? exitCode.ok : exitCode.someFailed;
}
