// Proves that an input and its results match: every record has exactly one result, and every line is
// whole. Reads both files from end to end and believes nothing that it has not seen.

import { UsageError } from '../errors.ts';
import { OrdinalSet } from '../journal/ordinal-set.ts';
import { scanResults } from '../output/scan-results.ts';
import { countRecords } from './count-records.ts';
import { refuseOtherInput } from './refuse-other-input.ts';
import { runOfResults } from './results-of.ts';

const mostListed = 100;

/** What was found. Lists hold the first 100. */
export interface Verification {
  /** Every record has exactly one result, every line is whole. */
  readonly ok: boolean;
  /** Records that are to have a result. */
  readonly records: number;
  /** The part of the input that the run was given, as `--offset` and `--limit`; null for no limit. */
  readonly part: { readonly offset: number; readonly limit: number | null };
  readonly results: { readonly ok: number; readonly failed: number; readonly unknown: number };
  /** Ordinals of records without a result. */
  readonly missing: readonly number[];
  readonly missingCount: number;
  /** Ordinals with more than one result, or of no record. */
  readonly duplicates: readonly number[];
  readonly duplicateCount: number;
  readonly broken: readonly { readonly line: number; readonly problem: string }[];
  readonly brokenCount: number;
  /** Path of the input. */
  readonly input: string;
  readonly finished: boolean;
}

/**
 * Verifies a results file against its input.
 *
 * @param options.input where the input is now, if it was moved
 * @throws UsageError if a file is missing or cannot be read
 * @example (await verifyResults('orders.results.jsonl')).ok
 */
export async function verifyResults(
  resultsPath: string,
  options: { readonly input?: string } = {},
): Promise<Verification> {
  const run = await runOfResults(resultsPath);
  const input = options.input ?? run.header.input;
  if (input === '-') {
    throw new UsageError('bad_input', `${resultsPath} was made from standard input, which is gone`, {
      hint: 'if it was saved to a file, name that with --input',
    });
  }
  await refuseOtherInput(run.header, input);
  const { offset, format } = run.header;
  const end = await countRecords(input, format, run.limit === null ? Infinity : offset + run.limit);
  const seen = new OrdinalSet();
  const results = { ok: 0, failed: 0, unknown: 0 };
  const duplicates: number[] = [];
  const broken: { line: number; problem: string }[] = [];
  let duplicateCount = 0;
  let brokenCount = 0;
  for await (const rows of scanResults(resultsPath, { format: run.format, mode: 'full' })) {
    for (const row of rows) {
      if (row.problem !== null) {
        brokenCount++;
        if (broken.length < mostListed) broken.push({ line: row.line, problem: row.problem });
      } else if (row.index >= offset && row.index < end && seen.add(row.index)) {
        results[row.result]++;
      } else {
        duplicateCount++;
        if (duplicates.length < mostListed) duplicates.push(row.index);
      }
    }
  }
  const records = Math.max(0, end - offset);
  const missingCount = records - seen.size;
  const missing = listMissing(seen, offset, end);
  const ok = missingCount === 0 && duplicateCount === 0 && brokenCount === 0;
  return {
    ok,
    records,
    part: { offset, limit: run.limit },
    results,
    missing,
    missingCount,
    duplicates,
    duplicateCount,
    broken,
    brokenCount,
    input,
    finished: run.finished,
  };
}

function listMissing(seen: OrdinalSet, offset: number, end: number): number[] {
  const missing: number[] = [];
  for (let index = offset; index < end && missing.length < mostListed; index++)
    if (!seen.has(index)) missing.push(index);
  return missing;
}
