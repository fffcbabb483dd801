// The vocabulary of the command line: what a command is called, takes and does. The tables of options
// serve parsing, help and messages alike; plain data, so that `--help` costs no import of the work itself.

import type { CliIo } from './cli-io.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

/** One option. Without `value` it is a switch. */
export interface OptionSpec {
  /** Long name, without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in help, such as `N`; `[N]` if it may be left out, `[=FILE]` if it is then given with an equals sign only. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeat?: true;
  /** Heading in help. */
  readonly group: string;
  readonly help: string;
  /** The default, as one would write it. */
  readonly default?: string;
}

/** What help and parsing need to know of a command. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** What follows `manyfetch` in the usage line. */
  readonly usage: string;
  /** The one argument that has to be given, if any. */
  readonly argument: { readonly name: string; readonly help: string } | null;
  /** What may follow it; without this nothing may. */
  readonly further?: { readonly name: string; readonly help: string };
  readonly options: readonly OptionSpec[];
  /** Paragraphs below the options. */
  readonly notes: readonly string[];
  /** Command lines; the last thing in the help. */
  readonly examples: readonly string[];
}

/** A command: what is known of it, and what it does. Resolves to the exit code. */
export interface Command {
  readonly spec: CommandSpec;
  readonly execute: (parsed: ParsedArguments, io: CliIo) => Promise<number>;
}
