// The command line: finds the command, hands it its words, and turns what comes of it into an exit code.
// It must not know what a command does. Invariant: `main` never rejects.

import { existsSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { processIo, type CliIo } from './cli-io.ts';
import { commands, type CommandEntry } from './commands.ts';
import { exitCode } from './exit-code.ts';
import { packageVersion } from './version.ts';

/**
 * Runs the command line.
 *
 * @param argv the words after `manyfetch`
 * @param io where it reads and writes; the process's own by default
 * @returns the exit code
 * @example process.exitCode = await main(process.argv.slice(2));
 */
export async function main(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return reportError(error, io);
  }
}

async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
      io.stderr.write(await overallHelp());
      return exitCode.usage;
    case '-V':
    case '--version':
      io.stdout.write(`${packageVersion()}\n`);
      return exitCode.ok;
    case '-h':
    case '--help':
    case 'help':
      if (rest[0] !== undefined) return runCommand(await find(rest[0]), ['--help'], io);
      io.stdout.write(await overallHelp());
      return exitCode.ok;
    default:
      return runCommand(await find(first), rest, io);
  }
}

async function runCommand(entry: CommandEntry, words: readonly string[], io: CliIo): Promise<number> {
  const [command, { parseArguments }] = await Promise.all([entry.load(), import('./parse-arguments.ts')]);
  const parsed = parseArguments(command.spec, words);
  if (!parsed.has('help')) return command.execute(parsed, io);
  const { renderCommandHelp } = await import('./render-help.ts');
  io.stdout.write(renderCommandHelp(command.spec));
  return exitCode.ok;
}

async function find(word: string): Promise<CommandEntry> {
  const entry = commands.find(({ name }) => name === word);
  if (entry !== undefined) return entry;
  if (word.startsWith('-'))
    throw new UsageError('unknown_option', `There is no option \`${word}\` before a command`, {
      hint: 'options follow the command: manyfetch run <input> [options]',
    });
  if (existsSync(word))
    throw new UsageError('unknown_option', `There is no command \`${word}\``, {
      hint: `to send the records of this file: manyfetch run ${word}`,
    });
  const { nearestOf } = await import('./parse-arguments.ts');
  const near = nearestOf(
    word,
    commands.map(({ name }) => name),
  );
  throw new UsageError('unknown_option', `There is no command \`${word}\``, {
    hint: near === null ? '`manyfetch --help` lists the commands' : `did you mean \`${near}\`?`,
  });
}

async function overallHelp(): Promise<string> {
  const { renderOverallHelp } = await import('./render-help.ts');
  return renderOverallHelp(packageVersion(), commands);
}
