// `manyfetch failed`: writes the records that are not ok, in the input's own format. What is written is
// data, so everything else goes to stderr.

import { UsageError, errorCodes } from '../errors.ts';
import { formatAmount } from '../report/format-numbers.ts';
import { shellWord } from '../report/shell-word.ts';
import type { CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { exitCode } from './exit-code.ts';
import { nearestOf } from './parse-arguments.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

export const failedCommand: Command = {
  spec: {
    name: 'failed',
    summary: "Writes the records that are not ok, in the input's own format, ready to be run again.",
    usage: 'failed <results> [-o file] [options]',
    argument: { name: 'results', help: 'the path that the run was given with -o' },
    options: [
      { name: 'input', value: 'FILE', group: 'Input', help: 'where the input is now, if it was moved' },
      { name: 'output', short: 'o', value: 'FILE', group: 'Results', help: '- is standard output', default: '-' },
      {
        name: 'only',
        value: 'CODES',
        group: 'Results',
        help: 'only the records that failed with these error codes, comma separated, such as timeout,http_status',
      },
      {
        name: 'except',
        value: 'CODES',
        group: 'Results',
        help: 'not those that failed with these; callback_error: what was answered, and a hook failed after that',
      },
    ],
    notes: [],
    examples: [
      'manyfetch failed orders.results.jsonl -o again.jsonl',
      'manyfetch failed orders.results.jsonl --only timeout,connection_reset > again.jsonl',
      'manyfetch failed orders.results.jsonl --except callback_error -o again.jsonl',
    ],
  },
  execute: failed,
};

async function failed(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const only = codesOf(parsed, 'only');
  const except = codesOf(parsed, 'except');
  const { writeFailed } = await import('../batch/failed.ts');
  const input = parsed.text('input');
  const { written, output } = await writeFailed(parsed.argument, {
    stdout: io.stdout,
    ...(input === undefined ? {} : { input }),
    output: parsed.text('output') ?? '-',
    ...(only === undefined ? {} : { onlyCodes: only }),
    ...(except === undefined ? {} : { exceptCodes: except }),
  });
  const place = output === '-' ? '' : ` to ${shellWord(output)}`;
  io.stderr.write(
    written === 0
      ? `There is nothing to run again: ${only === undefined && except === undefined ? 'every result is ok' : 'no such record'}.\n`
      : `Wrote ${formatAmount(written, 'record')}${place}.\n`,
  );
  return exitCode.ok;
}

function codesOf(parsed: ParsedArguments, option: 'only' | 'except'): string[] | undefined {
  const text = parsed.text(option);
  if (text === undefined) return undefined;
  const known = Object.keys(errorCodes);
  const codes = text
    .split(',')
    .map((code) => code.trim())
    .filter((code) => code !== '');
  const unknown = codes.length === 0 ? text : codes.find((code) => !known.includes(code));
  if (unknown === undefined) return codes;
  const near = nearestOf(unknown, known);
  throw new UsageError(
    'bad_option',
    `Expected \`--${option}\` to be a list of error codes, got ${JSON.stringify(unknown)}`,
    {
      hint:
        near === null
          ? 'codes are http_status, timeout, callback_error and so on, as results have them'
          : `did you mean \`${near}\`?`,
    },
  );
}
