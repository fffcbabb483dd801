// Refuses a run of which not one of the first records can become a request: a mistyped field or a
// missing --url would else turn a million records into failed ones, and block the corrected command.

import { UsageError } from '../errors.ts';
import type { RecordReader } from '../input/reader.ts';
import type { Planned, Planner } from '../plan/planner.ts';

/** Fewer bad records than this may be what the user has: they get their failed results. */
const fewestRecords = 20;

/**
 * Plans the first batch of a file until one record can be sent. Sends nothing.
 * @throws UsageError with what is wrong with the first record, if none of them can
 */
export async function refuseHopeless(reader: RecordReader, planner: Planner, offset: number): Promise<void> {
  // What can be read only once is not looked at first.
  if (reader.totalBytes === null) return;
  let first: Extract<Planned, { kind: 'bad' }> | null = null;
  let count = 0;
  for await (const { records } of reader.batches(undefined, (index) => index < offset)) {
    for (const record of records) {
      if (record.kind === 'bad') continue;
      const planned = await planner.plan(record);
      if (planned.kind !== 'bad') return;
      first ??= planned;
      count++;
    }
    if (records.length > 0) break;
  }
  if (first === null || count < fewestRecords) return;
  const { message, hint } = first.error;
  throw new UsageError('bad_input', `not one of the first ${count} records can be sent; the first one: ${message}`, {
    hint: hint ?? 'look at one with --dry-run, and correct the options',
  });
}
