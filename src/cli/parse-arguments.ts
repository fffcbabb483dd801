// Turns the words after a command into options and arguments, by the command's own table. The words are
// cut up by Node's parseArgs in its lenient mode; what it lets through is judged here, so that every
// refusal can name the option and say what to write instead.

import { parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';
import { nearestName } from '../plan/nearest-name.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { ParsedArguments } from './parsed-arguments.ts';

/** One option as it stood on the command line. */
interface OptionToken {
  readonly name: string;
  /** With its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** The value was attached: `--limit=5`, `-c5`. */
  readonly attached: boolean;
  /** The word behind it, if that is no option. */
  readonly wordBehind: string | null;
  /** The same, if it is a whole number: what an optional value would take. */
  readonly numberBehind: string | null;
}

const help: OptionSpec = { name: 'help', short: 'h', group: 'Display', help: 'show this page' };

/**
 * Parses the words after the command's name.
 *
 * @throws UsageError `unknown_option`, `bad_option`
 */
export function parseArguments(spec: CommandSpec, words: readonly string[]): ParsedArguments {
  const specs = [...spec.options, help];
  const { options, positionals } = cutUp(specs, words);
  const values = new Map<string, string[]>();
  for (const token of options) {
    const option = specs.find(({ name }) => name === token.name) ?? refuseUnknown(spec, specs, token);
    const value = valueOf(option, token, specs);
    if (option.value?.startsWith('[') && token.value === undefined && token.numberBehind !== null)
      positionals.splice(positionals.indexOf(value), 1);
    values.set(option.name, [...(values.get(option.name) ?? []), value]);
  }
  if (values.has('help')) return new ParsedArguments('', values);
  return new ParsedArguments(theArgument(spec, positionals), values, positionals.slice(1));
}

function cutUp(specs: readonly OptionSpec[], words: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(specs.map((option) => [option.name, declared(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const options: OptionToken[] = [];
  tokens.forEach((token, at) => {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') return;
    const behind = tokens[at + 1];
    const wordBehind = behind?.kind === 'positional' ? behind.value : null;
    options.push({
      name: token.name,
      rawName: token.rawName,
      value: token.value,
      attached: token.inlineValue === true,
      wordBehind,
      numberBehind: wordBehind !== null && /^\d+$/u.test(wordBehind) ? wordBehind : null,
    });
  });
  return { options, positionals };
}

function declared({ short, value }: OptionSpec): { type: 'string' | 'boolean'; short?: string } {
  const type = value === undefined || value.startsWith('[') ? 'boolean' : 'string';
  return short === undefined ? { type } : { type, short };
}

function valueOf(option: OptionSpec, token: OptionToken, specs: readonly OptionSpec[]): string {
  const flag = `\`--${option.name}\``;
  if (option.value === undefined) {
    if (token.value === undefined) return '';
    throw new UsageError('bad_option', `${flag} takes no value, got ${JSON.stringify(token.value)}`);
  }
  if (option.value.startsWith('[=') && token.value === undefined && token.wordBehind !== null)
    throw new UsageError('bad_option', `${flag} is followed by ${JSON.stringify(token.wordBehind)}`, {
      hint: `if that is its value, write --${option.name}=${token.wordBehind}`,
    });
  if (option.value.startsWith('[')) return token.value ?? token.numberBehind ?? '';
  if (token.value === undefined)
    throw new UsageError('bad_option', `${flag} needs a value`, { hint: `write --${option.name} ${option.value}` });
  if (!token.attached && isOption(token.value, specs))
    throw new UsageError('bad_option', `${flag} needs a value, and the option ${token.value} follows`, {
      hint: `if that is the value, write --${option.name}=${token.value}`,
    });
  return token.value;
}

function isOption(word: string, specs: readonly OptionSpec[]): boolean {
  const name = word.replace(/=.*$/su, '');
  return specs.some(
    (option) => name === `--${option.name}` || (option.short !== undefined && word === `-${option.short}`),
  );
}

function refuseUnknown(spec: CommandSpec, specs: readonly OptionSpec[], { name, rawName }: OptionToken): never {
  const names = specs.map((option) => option.name);
  const near = rawName.startsWith('--') ? nearestOf(name, names) : null;
  throw new UsageError('unknown_option', `\`manyfetch ${spec.name}\` has no option \`${rawName}\``, {
    hint: near === null ? `\`manyfetch ${spec.name} --help\` lists the options` : `did you mean \`--${near}\`?`,
  });
}

/** What was probably meant: the only name that begins so, or else the nearest by edits. */
export function nearestOf(word: string, names: readonly string[]): string | null {
  const beginning = names.filter((name) => name.startsWith(word));
  return beginning.length === 1 && word.length > 1 ? (beginning[0] ?? null) : nearestName(word, names);
}

function theArgument(spec: CommandSpec, positionals: readonly string[]): string {
  const usage = { hint: `usage: manyfetch ${spec.usage}` };
  const [first, second] = positionals;
  if (spec.argument === null) {
    if (first === undefined) return '';
    throw new UsageError(
      'bad_option',
      `\`manyfetch ${spec.name}\` takes no argument, got ${JSON.stringify(first)}`,
      usage,
    );
  }
  const name = `<${spec.argument.name}>`;
  if (first === undefined) throw new UsageError('bad_option', `${name} is missing: ${spec.argument.help}`, usage);
  if (second !== undefined && spec.further === undefined)
    throw new UsageError(
      'bad_option',
      `Expected one ${name}, got ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
      usage,
    );
  return first;
}
