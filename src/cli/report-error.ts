// Says on stderr what went wrong: our own errors as one sentence and a hint, anything else as the bug
// that it is, with all that is needed to report it. Control characters of foreign origin are shown, not obeyed.

import { fileURLToPath } from 'node:url';
import { inspect, styleText } from 'node:util';
import { ManyfetchError } from '../errors.ts';
import { printable } from '../report/terminal-text.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { packageVersion } from './version.ts';

/** Prints an error that ended a command, and gives the exit code. */
export function reportError(error: unknown, io: Pick<CliIo, 'stderr' | 'env'>): number {
  const color = allowsColor(io.stderr, io.env);
  if (!(error instanceof ManyfetchError)) return reportBug(error, io, color);
  const hint = error.hint === null ? '' : `  ${painted('dim', 'hint:', color)} ${printable(error.hint)}\n`;
  io.stderr.write(`${painted('red', 'manyfetch:', color)} ${printable(error.message)}\n${hint}`);
  return exitCodeOf(error);
}

/** Prints what a module of the user threw outside of its calls, which ended a run. */
export function reportUncaught(error: unknown, module: string, io: Pick<CliIo, 'stderr' | 'env'>): number {
  const what = `an error that nobody caught stopped the run; most likely ${module} threw it, outside of its calls`;
  const hint =
    'await all that a call begins, so that what it throws is recorded; the results so far are safe, and the same command resumes';
  return reportStack(error, { what: printable(what), hint }, io, allowsColor(io.stderr, io.env));
}

/** Ours is below this folder. */
const ourFolder = new URL('..', import.meta.url);

/** Whether what was thrown comes from a file that is not ours. What has no stack does: it is no error of ours. */
export function isThrownElsewhere(error: unknown): boolean {
  if (error instanceof ManyfetchError) return false;
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = stack.split('\n').find((line) => /^ +at .*:\d+:\d+\)?$/u.test(line) && !line.includes('node:'));
  return frame === undefined || !(frame.includes(ourFolder.href) || frame.includes(fileURLToPath(ourFolder)));
}

function reportBug(error: unknown, io: Pick<CliIo, 'stderr'>, color: boolean): number {
  const about = `${packageVersion()} (Node ${process.versions.node}, ${process.platform})`;
  const hint = 'please report it with the lines above; the results so far are safe, and the same command resumes';
  return reportStack(error, { what: `this is a bug in manyfetch ${about}`, hint }, io, color);
}

function reportStack(
  error: unknown,
  { what, hint }: { readonly what: string; readonly hint: string },
  io: Pick<CliIo, 'stderr'>,
  color: boolean,
): number {
  const details = error instanceof Error ? inspect(error, { colors: false }) : `thrown: ${inspect(error)}`;
  const lines = details.split('\n').map((line) => `  ${printable(line)}\n`);
  io.stderr.write(
    `${painted('red', 'manyfetch:', color)} ${what}\n${lines.join('')}  ${painted('dim', 'hint:', color)} ${hint}\n`,
  );
  return exitCode.broken;
}

function painted(style: 'red' | 'dim', text: string, color: boolean): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}
