// The command that goes on with a stopped run: the same words again, without `--fresh` (which would
// start over), ready to be pasted into a shell. Credentials that were typed are not repeated.

import { shellWord } from '../report/shell-word.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { runSpec } from './run-options.ts';

const secretHeader = /^(?:[^:]*(?:authorization|cookie|token|secret|password|key))[^:]*:/iu;

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

/** A value that may stand on a screen or in a log. References to files and the environment may. */
function masked(name: string, value: string): string {
  const referred = value.startsWith('@') || value.includes('{{');
  if ((name === 'user' || name === 'bearer') && !referred) return '***';
  if (name === 'header' && !referred && secretHeader.test(value)) return `${value.slice(0, value.indexOf(':'))}: ***`;
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/@\s]*@/iu, (whole, scheme: string | undefined) =>
    name === 'proxy' || name === 'url' || name === 'base-url' ? `${scheme ?? ''}***@` : whole,
  );
}
