// `manyfetch report`: reads a results file once and shows what came of the run. Rows that are not whole
// are counted and said, not passed over.

import { scanResults } from '../output/scan-results.ts';
import { formatAmount } from '../report/format-numbers.ts';
import { ResultTally, renderReport } from '../report/result-report.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

export const reportCommand: Command = {
  spec: {
    name: 'report',
    summary:
      'Shows what came of a run: counts, statuses, error codes with examples, origins, latencies, attempts, throughput and the slowest records.',
    usage: 'report <results>',
    argument: { name: 'results', help: 'the path that the run was given with -o' },
    options: [],
    notes: [],
    examples: ['manyfetch report orders.results.jsonl'],
  },
  execute: report,
};

async function report(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const path = parsed.argument;
  const tally = new ResultTally();
  let broken = 0;
  for await (const rows of scanResults(path, { format: /\.csv$/iu.test(path) ? 'csv' : 'jsonl', mode: 'full' })) {
    for (const found of rows) {
      if (found.problem !== null) broken += 1;
      else if (found.row !== null) tally.add(found.row);
    }
  }
  io.stdout.write(renderReport(tally, { columns: io.stdout.columns || 100, color: allowsColor(io.stdout, io.env) }));
  if (broken > 0) {
    const amount = formatAmount(broken, 'line');
    io.stderr.write(
      `${amount} could not be read and ${broken === 1 ? 'is' : 'are'} not counted; manyfetch verify says which.\n`,
    );
  }
  return exitCode.ok;
}
