// The command that goes on with a stopped run: the same words again, without `--fresh` (which would
// start over), ready to be pasted into a shell. Credentials that were typed are not repeated.

import { shellWord } from '../report/shell-word.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { runSpec } from './run-options.ts';

const secretHeader = /^(?:[^:]*(?:authorization|cookie|token|secret|password|key))[^:]*:/iu;

/** @example `manyfetch run orders.jsonl --rate 50/s` */
export function resumeCommand(parsed: ParsedArguments): string {
  const argument = parsed.argument;
  const words = ['manyfetch', 'run', argument.startsWith('-') && argument !== '-' ? `./${argument}` : argument];
  for (const { name, value } of runSpec.options) {
    if (name === 'fresh') continue;
    for (const given of parsed.list(name)) words.push(...(value === undefined ? [`--${name}`] : wordsOf(name, given)));
  }
  return words.map((word) => shellWord(word)).join(' ');
}

function wordsOf(name: string, given: string): string[] {
  const value = masked(name, given);
  return value.startsWith('-') && value !== '-' ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** A value that may stand on a screen or in a log. References to files and the environment may. */
function masked(name: string, value: string): string {
  const referred = value.startsWith('@') || value.includes('{{');
  if ((name === 'user' || name === 'bearer') && !referred) return '***';
  if (name === 'header' && !referred && secretHeader.test(value)) return `${value.slice(0, value.indexOf(':'))}: ***`;
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/@\s]*@/iu, (whole, scheme: string | undefined) =>
    name === 'proxy' || name === 'url' || name === 'base-url' ? `${scheme ?? ''}***@` : whole,
  );
}
