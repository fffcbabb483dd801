// A results file with the journal beside it: what `verify`, `failed` and `report` begin with.

import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { readEntries } from '../journal/journal-entry.ts';
import { readHeader } from '../journal/recover.ts';
import type { RunHeader } from '../journal/run-header.ts';
import { journalPathOf } from './recording/run-files.ts';

export interface RunOfResults {
  readonly header: RunHeader;
  /** Records that the run was to take; null: all. */
  readonly limit: number | null;
  /** All was done when the journal was written last. */
  readonly finished: boolean;
  readonly format: 'jsonl' | 'csv';
}

/** The format of a results file, by its name. */
function resultFormatOf(path: string): 'jsonl' | 'csv' {
  return path.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl';
}

/** Reads what the journal says of a results file. Throws UsageError if there is none. */
export async function runOfResults(resultsPath: string): Promise<RunOfResults> {
  const path = journalPathOf(resultsPath);
  let journal: Buffer;
  try {
    journal = await readFile(path);
  } catch (error) {
    const hasResults = (await stat(resultsPath).catch(() => null)) !== null;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new UsageError('unreadable', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
    }
    throw hasResults
      ? new UsageError('no_such_file', `${resultsPath} has no journal: ${path} does not exist`, {
          hint: 'the journal tells which input the results belong to; keep both files together',
        })
      : new UsageError('no_such_file', `there is no file ${resultsPath}`, {
          hint: 'give the path that the run was given with -o',
        });
  }
  const header = readHeader(journal, path);
  return { header, ...lastWords(readEntries(journal)), format: resultFormatOf(resultsPath) };
}

function lastWords(entries: readonly JournalEntry[]): { limit: number | null; finished: boolean } {
  let limit: number | null = null;
  let finished = false;
  for (const entry of entries) {
    if (entry.kind === 'session') {
      ({ limit } = entry);
      finished = false;
    } else if (entry.kind === 'finished') {
      finished = entry.limit === null || (limit !== null && entry.limit >= limit);
    }
  }
  return { limit, finished };
}
