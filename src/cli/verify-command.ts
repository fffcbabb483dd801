// `manyfetch verify`: proves that input and results match, or says what does not. It counts nothing
// itself; what is wrong is listed as far as a person can read it, and `--json` gives the rest.

import { relative } from 'node:path';
import type { Verification } from '../batch/verify.ts';
import { formatAmount, formatCount } from '../report/format-numbers.ts';
import { printable } from '../report/terminal-text.ts';
import type { CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

const shownIndexes = 10;
const shownBroken = 5;

export const verifyCommand: Command = {
  spec: {
    name: 'verify',
    summary:
      'Proves that input and results match: every record has exactly one result, and every line is whole. Lists what is missing.',
    usage: 'verify <results> [options]',
    argument: { name: 'results', help: 'the path that the run was given with -o' },
    options: [
      { name: 'input', value: 'FILE', group: 'Input', help: 'where the input is now, if it was moved' },
      { name: 'json', group: 'Display', help: 'print the findings as one JSON line' },
    ],
    notes: ['Exit codes: 0 proved; 1 not so; 2 the files cannot be read.'],
    examples: ['manyfetch verify orders.results.jsonl'],
  },
  execute: verify,
};

async function verify(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const { verifyResults } = await import('../batch/verify.ts');
  const input = parsed.text('input');
  const found = await verifyResults(parsed.argument, input === undefined ? {} : { input });
  io.stdout.write(parsed.has('json') ? `${JSON.stringify(found)}\n` : renderVerification(found, parsed.argument));
  return found.ok ? exitCode.ok : exitCode.someFailed;
}

/** The findings as text, with a line end at its end. */
export function renderVerification(found: Verification, resultsPath: string): string {
  const { ok, failed, unknown } = found.results;
  const input = asSeenFromHere(found.input);
  const lines = [
    found.ok
      ? `Proved: every record of ${input}${partOf(found)} has exactly one result in ${resultsPath}`
      : `Not proved: ${resultsPath} does not match ${input}`,
    `  records  ${formatCount(found.records)}`,
    `  results  ${formatCount(ok + failed + unknown)}: ${formatCount(ok)} ok, ${formatCount(failed)} failed, ${formatCount(unknown)} unknown`,
  ];
  if (found.missingCount > 0)
    lines.push(
      `  missing  ${formatAmount(found.missingCount, 'record')} without a result: ${indexes(found.missing, found.missingCount)}`,
    );
  if (found.duplicateCount > 0)
    lines.push(
      `  doubled  ${formatAmount(found.duplicateCount, 'result')} too many: ${indexes(found.duplicates, found.duplicateCount)}`,
    );
  if (found.brokenCount > 0) lines.push(`  broken   ${formatAmount(found.brokenCount, 'line')} that cannot be read`);
  for (const { line, problem } of found.broken.slice(0, shownBroken))
    lines.push(`             line ${formatCount(line)}: ${problem}`);
  if (!found.finished) lines.push('The run has not finished: the same `manyfetch run` command again goes on with it.');
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

/** What of the input the run was about, if not all. */
function partOf({ part: { offset, limit } }: Verification): string {
  if (offset === 0 && limit === null) return '';
  return ` with${offset > 0 ? ` --offset ${offset}` : ''}${limit === null ? '' : ` --limit ${limit}`}`;
}

/** A path below the working directory is shown without the way there. */
function asSeenFromHere(path: string): string {
  const way = relative('', path);
  return way === '' || way.startsWith('..') ? path : way;
}

function indexes(list: readonly number[], count: number): string {
  const shown = list.slice(0, shownIndexes);
  const left = count - shown.length;
  return `index ${shown.join(', ')}${left > 0 ? ` and ${formatCount(left)} more` : ''}`;
}
