// How much a run shows of itself: `--progress`, `--summary`, `--quiet`, and what a terminal suggests.

import { badOption } from '../batch/options/bad-option.ts';
import type { CliIo } from './cli-io.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

/** What is shown. */
export interface Display {
  readonly progress: 'none' | 'lines' | 'live';
  readonly summary: 'none' | 'text' | 'json';
  readonly quiet: boolean;
}

/**
 * Reads the display options.
 *
 * @throws UsageError `bad_option`
 */
export function displayFrom(parsed: ParsedArguments, io: CliIo): Display {
  const quiet = parsed.has('quiet');
  const progress = parsed.text('progress') ?? (quiet ? 'none' : io.stderr.isTTY === true ? 'live' : 'lines');
  const summary = parsed.text('summary') ?? (quiet ? 'none' : 'text');
  if (progress !== 'none' && progress !== 'lines' && progress !== 'live')
    throw badOption('`--progress`', 'none, lines or live', progress);
  if (summary !== 'text' && summary !== 'json' && !(summary === 'none' && !parsed.has('summary')))
    throw badOption('`--summary`', 'text or json', summary);
  return { progress, summary, quiet };
}
