// Says on stderr what went wrong: our own errors as one sentence and a hint, anything else as the bug
// that it is, with all that is needed to report it. Control characters of foreign origin are shown, not obeyed.

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

function reportBug(error: unknown, io: Pick<CliIo, 'stderr'>, color: boolean): number {
  const details = error instanceof Error ? inspect(error, { colors: false }) : `thrown: ${inspect(error)}`;
  const lines = details.split('\n').map((line) => `  ${printable(line)}\n`);
  const about = `${packageVersion()} (Node ${process.versions.node}, ${process.platform})`;
  io.stderr.write(
    `${painted('red', 'manyfetch:', color)} this is a bug in manyfetch ${about}\n${lines.join('')}` +
      `  ${painted('dim', 'hint:', color)} please report it with the lines above; the results so far are safe, and the same command resumes\n`,
  );
  return exitCode.broken;
}

function painted(style: 'red' | 'dim', text: string, color: boolean): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}
