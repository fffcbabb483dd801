// The command that goes on with a stopped run: the same words again, without `--fresh` (which would
// start over), ready to be pasted into a shell. Credentials that were typed are not repeated.

import { namesCredential } from '../http/credential-names.ts';
import { replaceQueryCredentials } from '../http/query-credentials.ts';
import { shellWord } from '../report/shell-word.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { runSpec } from './run-options.ts';

/**
 * @param changes options whose value is another one now
 * @example `manyfetch run orders.jsonl --rate 50/s`
 */
export function resumeCommand(parsed: ParsedArguments, changes: Readonly<Record<string, string>> = {}): string {
  const argument = parsed.argument;
  const words = ['manyfetch', 'run', argument.startsWith('-') && argument !== '-' ? `./${argument}` : argument];
  for (const { name, value } of runSpec.options) {
    if (name === 'fresh') continue;
    const change = changes[name];
    for (const given of change === undefined ? parsed.list(name) : [change])
      words.push(...(value === undefined ? [`--${name}`] : wordsOf(name, given)));
  }
  return words.map((word) => shellWord(word)).join(' ');
}

/**
 * The command that sends the rest of an input that broke off, once it is whole again: as another run, since
 * it is another input then. All that came before has its result.
 */
export function restCommand(parsed: ParsedArguments, { settled, output }: { settled: number; output: string }): string {
  const limit = parsed.text('limit');
  return resumeCommand(parsed, {
    offset: String(Number(parsed.text('offset') ?? 0) + settled),
    ...(limit === undefined ? {} : { limit: String(Number(limit) - settled) }),
    output: output.replace(/(?:\.[^./\\]+)?$/u, (extension) => `.rest${extension}`),
  });
}

function wordsOf(name: string, given: string): string[] {
  const value = masked(name, given);
  return value.startsWith('-') && value !== '-' ? [`--${name}=${value}`] : [`--${name}`, value];
}

/**
 * A value that may stand on a screen or in a log. What refers to a file or to the environment may. A credential
 * that was typed becomes such a reference: pasted as it is, the command says what to set, and sends nothing.
 */
function masked(name: string, value: string): string {
  switch (name) {
    case 'user':
      return value.startsWith('@') || hasPlaceholder(value) ? value : referTo('USER_AND_PASSWORD');
    case 'bearer':
      return value.startsWith('@') || hasPlaceholder(value) ? value : referTo('TOKEN');
    case 'header':
      return maskedPair(value, ':', ': ');
    case 'form':
      return maskedPair(value, '=', '=');
    case 'url':
    case 'base-url':
      return maskedUrl(value, name === 'url');
    case 'proxy':
      return maskedUrl(value, false);
    default:
      return value;
  }
}

function maskedPair(line: string, separator: string, written: string): string {
  const at = line.indexOf(separator);
  const [name, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  return value === '' || hasPlaceholder(value) || !namesCredential(name)
    ? line
    : name + written + referTo(variableOf(name));
}

/** What stands for user info is refused where it is read: there is no one variable for name and password. */
function maskedUrl(url: string, isTemplate: boolean): string {
  const open = url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#\s]*)@/iu,
    (whole, scheme: string | undefined, user: string) =>
      isTemplate && hasPlaceholder(user) ? whole : `${scheme ?? ''}***@`,
  );
  return replaceQueryCredentials(open, (name, value) => {
    if (hasPlaceholder(value)) return value;
    return isTemplate ? referTo(variableOf(name)) : '***';
  });
}

function hasPlaceholder(value: string): boolean {
  return /\{\{.*\}\}/u.test(value);
}

function referTo(variable: string): string {
  return `{{$env.${variable}}}`;
}

/** `X-Api-Key` as `X_API_KEY`. */
function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/gu, '_')
    .replace(/^(?=\d)/u, '_');
}
